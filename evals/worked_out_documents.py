"""Forty made documents of an office, over which `evals/worked_out.py` asks: contracts, lists, minutes, mails, sheets.

They are written by hand or from short templates, so that what they hold is known: how many leases name arbitration,
what three sales sheets come to together, which allowance holds.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.sax.saxutils import escape
from zipfile import ZipFile

LEASES = (
    # name, tenant, street, begins, ends ("" for no end), rent, deposit, months of notice, disputes
    ("aster", "Brightwater Ltd", "12 Harbour Row", "1 March 2022", "28 February 2027", 2400, 7200, 6, "arbitration"),
    ("birch", "Coral Books", "3 Mill Lane", "1 July 2021", "30 June 2026", 1150, 2300, 3, "courts"),
    ("cedar", "Dovetail Joinery", "88 Canal Street", "1 January 2024", "31 December 2026", 1980, 5940, 3, ""),
    ("dahlia", "Elm Street Dental", "41 Elm Street", "15 September 2020", "14 September 2030", 3250, 9750, 12,
     "arbitration"),
    ("elder", "Fennick & Sons", "7 Quay Side", "1 April 2023", "", 870, 1740, 1, "courts"),
    ("fern", "Greenline Bikes", "5 Station Yard", "1 October 2022", "30 September 2025", 1420, 4260, 3, ""),
    ("gorse", "Hollis Pharmacy", "60 High Street", "1 February 2025", "31 January 2035", 2875, 8625, 6, "arbitration"),
    ("hazel", "Ivory Keys Music", "19 Chapel Road", "1 May 2024", "30 April 2026", 990, 1980, 2, ""),
    ("iris", "Juniper Cafe", "2 Market Square", "1 June 2019", "31 May 2029", 2120, 6360, 6, "excluded"),
    ("jasmine", "Kestrel Optics", "33 Bridge Street", "1 August 2023", "", 1310, 2620, 2, "excluded"),
)  # fmt: skip
DISPUTES = {
    "arbitration": "Disputes under this lease are settled by arbitration in Port Ellery.",
    "courts": "Disputes under this lease go to the courts of Port Ellery.",
    "excluded": "Disputes under this lease go to the courts of Port Ellery; arbitration is excluded.",
    "": "The parties try to settle disputes by talking before anything else.",
}
CONTRACTS = (
    # name, title, party, signatory, date, fee, term
    ("cleaning", "Cleaning contract", "Sparrow Cleaning", "Marta Olsen", "4 May 2021", "18,500 EUR", "three years"),
    ("security", "Security contract", "Nightwatch Ltd", "Peter Lund", "17 November 2022", "42,000 EUR", "two years"),
    ("catering", "Catering contract", "Thyme and Table", "Marta Olsen", "9 January 2024", "26,400 EUR", "one year"),
    ("hosting", "Hosting contract", "Cloudharbour", "Ines Rocha", "30 June 2023", "12,900 EUR", "four years"),
    ("lifts", "Lift maintenance contract", "Upward Engineering", "Peter Lund", "2 February 2020", "9,750 EUR",
     "five years"),
    ("printing", "Printing contract", "Inkwell Press", "Ines Rocha", "21 August 2024", "7,300 EUR", "two years"),
)  # fmt: skip
SALES = {
    "sales-2024-q1.csv": (
        ("North", "Lamps", 120, 4800), ("North", "Chairs", 45, 6750), ("South", "Lamps", 80, 3200),
        ("South", "Desks", 22, 8800), ("East", "Chairs", 61, 9150), ("West", "Lamps", 15, 600),
    ),
    "sales-2024-q2.csv": (
        ("North", "Lamps", 95, 3800), ("North", "Desks", 12, 4800), ("South", "Chairs", 30, 4500),
        ("East", "Lamps", 140, 5600), ("East", "Desks", 18, 7200), ("West", "Chairs", 27, 4050),
    ),
    "sales-2024-q3.csv": (
        ("North", "Chairs", 52, 7800), ("South", "Lamps", 66, 2640), ("South", "Desks", 31, 12400),
        ("East", "Chairs", 19, 2850), ("West", "Desks", 9, 3600), ("West", "Lamps", 44, 1760),
    ),
}  # fmt: skip
INVOICES = (
    ("2301", "Sparrow Cleaning", "2023-02-14", "1,540 EUR", "paid"),
    ("2302", "Cloudharbour", "2023-07-01", "3,225 EUR", "paid"),
    ("2303", "Inkwell Press", "2023-11-20", "410 EUR", "paid"),
    ("2401", "Thyme and Table", "2024-01-31", "2,200 EUR", "paid"),
    ("2402", "Sparrow Cleaning", "2024-03-05", "1,540 EUR", "overdue"),
    ("2403", "Nightwatch Ltd", "2024-04-18", "3,500 EUR", "paid"),
    ("2404", "Inkwell Press", "2024-09-02", "365 EUR", "open"),
    ("2405", "Upward Engineering", "2024-12-12", "975 EUR", "open"),
    ("2501", "Cloudharbour", "2025-01-07", "3,225 EUR", "overdue"),
    ("2502", "Thyme and Table", "2025-02-28", "2,480 EUR", "open"),
    ("2503", "Nightwatch Ltd", "2025-03-15", "3,500 EUR", "overdue"),
    ("2504", "Sparrow Cleaning", "2025-05-06", "500 EUR", "open"),
)
EMPLOYEES = (
    ("Anna Berg", "Finance", "Port Ellery", 2015, 58000), ("Bela Kovac", "Finance", "Lunden", 2021, 46500),
    ("Carla Mendes", "Design", "Port Ellery", 2018, 52000), ("David Oduya", "Engineering", "Lunden", 2012, 71000),
    ("Eva Lindqvist", "Engineering", "Port Ellery", 2019, 66000), ("Farid Haddad", "Engineering", "Tarn", 2023, 59500),
    ("Greta Holm", "Sales", "Tarn", 2017, 49000), ("Hugo Prado", "Sales", "Port Ellery", 2022, 43000),
    ("Ida Moen", "Design", "Lunden", 2024, 41500), ("Jonas Weil", "Sales", "Lunden", 2010, 61000),
    ("Kira Novak", "Support", "Tarn", 2020, 38500), ("Liam Doyle", "Support", "Port Ellery", 2016, 40500),
)  # fmt: skip
TOOLS = (
    ("Claw hammer", "Hand tools", "18.50 EUR", 140), ("Tape measure", "Hand tools", "7.90 EUR", 320),
    ("Cordless drill", "Power tools", "129.00 EUR", 35), ("Jigsaw", "Power tools", "89.00 EUR", 28),
    ("Spirit level", "Hand tools", "24.00 EUR", 75), ("Angle grinder", "Power tools", "99.00 EUR", 19),
    ("Work gloves", "Safety", "5.40 EUR", 610), ("Ear defenders", "Safety", "16.20 EUR", 95),
    ("Safety goggles", "Safety", "9.80 EUR", 205),
)  # fmt: skip
CUSTOMERS = (
    ("C-101", "Alder Clinic", "Lunden", "active", 12400), ("C-102", "Bay Hotel", "Tarn", "blocked", 8300),
    ("C-103", "City Library", "Lunden", "active", 5150), ("C-104", "Dune Camping", "Port Ellery", "blocked", 970),
    ("C-105", "Easton School", "Tarn", "active", 15800), ("C-106", "Ferry Lines", "Port Ellery", "active", 22150),
    ("C-107", "Gull Fisheries", "Port Ellery", "closed", 3300), ("C-108", "Hill Farm", "Tarn", "blocked", 2640),
    ("C-109", "Island Radio", "Lunden", "active", 4475), ("C-110", "Jetty Foods", "Port Ellery", "active", 9900),
)  # fmt: skip
STOCK = (
    ("Lunden", "Lamps", 210, "2024-11-03"), ("Lunden", "Chairs", 64, "2025-01-20"), ("Tarn", "Desks", 17, "2023-08-15"),
    ("Tarn", "Lamps", 95, "2024-02-09"), ("Port Ellery", "Chairs", 130, "2025-04-01"),
    ("Port Ellery", "Desks", 48, "2023-12-30"), ("Port Ellery", "Shelves", 75, "2024-06-18"),
)  # fmt: skip
FIRST = "Ada Ben Cleo Dan Ella Finn Gina Hal Inga Jon Kay Leo".split()
LAST = "Abbot Brandt Cole Drew Ekman".split()
DIRECTORS = tuple(f"{first} {last}" for last in LAST for first in FIRST)
"""Sixty members of the board."""


def write(folder: Path) -> None:
    """Write the documents into a folder that is there."""
    for name, text in _texts():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    _sheet(folder / "customers.xlsx", ("Customer", "Name", "City", "Status", "Turnover (EUR)"), CUSTOMERS)
    _sheet(folder / "stock.xlsx", ("Warehouse", "Item", "Units", "Last counted"), STOCK)
    _word(folder / "fire-safety.docx")


def _texts() -> Iterator[tuple[str, str]]:
    for lease in LEASES:
        yield f"lease-{lease[0]}.txt", _lease(*lease)
    for contract in CONTRACTS:
        yield f"contract-{contract[0]}.md", _contract(*contract[1:])
    for name, rows in SALES.items():
        yield name, _csv(("Region", "Product", "Units", "Revenue (EUR)"), rows)
    yield "invoices.csv", _csv(("Invoice", "Supplier", "Date", "Amount", "State"), INVOICES)
    yield "employees.csv", _csv(("Employee", "Department", "Office", "Hired", "Salary"), EMPLOYEES)
    yield "prices-tools.csv", _csv(("Article", "Group", "Price", "In stock"), TOOLS)
    yield "projects.md", _projects()
    bullets = "\n".join(f"- {name}" for name in DIRECTORS)
    yield (
        "board.md",
        f"# The board of Ellery Harbour Trust\n\nThe members of the board are:\n\n{bullets}\n\n"
        "The board meets four times a year.\n",
    )
    yield from _WRITTEN.items()


def _csv(heading: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([heading, *rows])
    return out.getvalue()


def _lease(
    name: str, tenant: str, street: str, begins: str, ends: str, rent: int, deposit: int, notice: int, disputes: str
) -> str:
    months = "one month" if notice == 1 else f"{notice} months"
    term = f"The lease begins on {begins} and ends on {ends}." if ends else (
        f"The lease begins on {begins} and runs until one of the parties ends it."
    )  # fmt: skip
    return (
        f"LEASE {name.upper()}\n\nBetween Ellery Harbour Trust (the landlord) and {tenant} (the tenant).\n\n"
        f"1. The landlord lets the premises at {street} to the tenant.\n\n2. {term}\n\n"
        f"3. The rent is {rent:,} EUR a month, payable on the third working day.\n\n"
        f"4. The tenant pays a deposit of {deposit:,} EUR.\n\n"
        f"5. Either party may give notice of {months}.\n\n6. {DISPUTES[disputes]}\n"
    )


def _contract(title: str, party: str, signatory: str, date: str, fee: str, term: str) -> str:
    return (
        f"# {title} of {date}\n\nEllery Harbour Trust and {party} agree as follows.\n\n"
        f"## 1 Services\n\n{party} provides the services listed in the annex on every working day.\n\n"
        f"## 2 Fee\n\nThe yearly fee is {fee}.\n\n## 3 Term\n\nThe contract runs for {term}.\n\n"
        f"## 4 Signature\n\nThe {title.lower()} was signed for the Trust by {signatory}.\n"
    )


def _projects() -> str:
    states = ("active", "on hold", "done")
    parts = ["# Projects of the Trust\n"]
    for number in range(1, 103):
        owner = EMPLOYEES[number % len(EMPLOYEES)][0]
        parts.append(
            f"## Project P-{number:03}\n\nOwner: {owner}.\nStatus: {states[number % 3]}.\n"
            f"Budget: {number % 9 + 1},000 EUR.\n"
        )
    return "\n".join(parts)


def _sheet(path: Path, heading: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Write the least that is a workbook of one sheet, and who made it."""
    cells = "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in (heading, *rows))
    namespace = "http://schemas.openxmlformats.org"
    parts = {
        "[Content_Types].xml": f"""<Types xmlns="{namespace}/package/2006/content-types"><Default Extension="rels"
 ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override
 PartName="/xl/worksheets/sheet1.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>""",
        "_rels/.rels": f"""<Relationships xmlns="{namespace}/package/2006/relationships"><Relationship Id="rId1"
 Type="{namespace}/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>""",
        "xl/workbook.xml": f"""<workbook xmlns="{namespace}/spreadsheetml/2006/main"
 xmlns:r="{namespace}/officeDocument/2006/relationships"><sheets><sheet name="Sheet" sheetId="1" r:id="rId1"/></sheets>
</workbook>""",
        "xl/_rels/workbook.xml.rels": f"""<Relationships xmlns="{namespace}/package/2006/relationships"><Relationship
 Id="rId1" Type="{namespace}/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/>
</Relationships>""",
        "xl/worksheets/sheet1.xml": f"""<worksheet xmlns="{namespace}/spreadsheetml/2006/main"><sheetData>{cells}
</sheetData></worksheet>""",
        "docProps/core.xml": f"""<cp:coreProperties xmlns:cp="{namespace}/package/2006/metadata/core-properties"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>Bela Kovac</dc:creator></cp:coreProperties>""",
    }
    with ZipFile(path, "w") as file:
        for name, text in parts.items():
            file.writestr(name, text)


def _cell(value: object) -> str:
    if isinstance(value, int):
        return f"<c><v>{value}</v></c>"
    return f'<c t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'


def _word(path: Path) -> None:
    from datetime import datetime

    from docx import Document

    document = Document()
    document.core_properties.author = "Greta Holm"
    document.core_properties.created = datetime(2022, 10, 3, 9, 30)
    document.core_properties.title = "Fire safety rules"
    document.add_heading("Fire safety rules", 0)
    for text in (
        "Fire doors are kept shut at all times.",
        "Extinguishers are checked every twelve months.",
        "The meeting point is the car park behind the warehouse.",
    ):
        document.add_paragraph(text)
    document.save(str(path))


_WRITTEN = {
    "minutes-2024-03.md": """# Minutes of the meeting of 12 March 2024

Present:

- Anna Berg
- David Oduya
- Greta Holm
- Jonas Weil

Absent: Carla Mendes.

## Decisions

1. The roof of the warehouse in Tarn is repaired before winter.
2. The budget for training is raised to 14,000 EUR.
3. The harbour festival is moved to June.
""",
    "minutes-2024-09.md": """# Minutes of the meeting of 10 September 2024

Present:

- Anna Berg
- Eva Lindqvist
- Jonas Weil

Absent: David Oduya and Greta Holm.

## Decisions

1. A second crane is rented for twelve weeks.
2. The cleaning contract is not renewed.
""",
    "minutes-2025-02.md": """# Minutes of the meeting of 4 February 2025

Present:

- Anna Berg
- David Oduya
- Hugo Prado
- Kira Novak
- Liam Doyle

## Decisions

1. The budget for training is cut to 11,000 EUR.
2. Visitors must sign in at the gate.
3. The archive moves to Lunden.
4. The harbour festival is cancelled.
""",
    "report-quay-sale.md": """# Sale of the Old Quay

## Signing of the quay deal on 6 October 2020

The deal was signed by Rosa Lindahl and Viktor Stahl.
The Trust sold the Old Quay to Meridian Shipping for 4.2 million EUR.

## Conditions

The buyer must keep the public footpath open. The crane remains the property of the Trust.
""",
    "report-annual-2024.md": """# Annual report 2024

The Trust earned 1,260,000 EUR in 2024. Expenses came to 1,134,000 EUR.

## Energy

| Source | Energy (MWh) | Cost (EUR) |
| --- | --- | --- |
| Solar | 340 | 8,500 |
| Wind | 125 | 6,250 |
| Grid | 935 | 168,300 |
| Total | 1,400 | 183,050 |

## Visitors

The festival had 18,400 visitors, 2,300 more than the year before.
""",
    "report-dredging.md": """# Dredging of the north basin

The dredging began on 3 April 2023 and was completed on 20 November 2023. It was led by Ylva Strand.

The basin is now 7.5 metres deep. Before the works it was 5.2 metres deep.
""",
    "travel-policy-2023.md": """# Travel policy 2023

## Allowance

The daily travel allowance is 45 EUR.

## Hotels

A hotel may cost up to 110 EUR a night.
""",
    "travel-policy-2025.md": """# Travel policy 2025

This policy replaces the Travel policy 2023.

## Allowance

The daily travel allowance is 60 EUR.

## Hotels

A hotel may cost up to 135 EUR a night.
""",
    "parking-rules.md": """# Parking rules

Visitors may park for four hours. A parking permit costs 25 EUR a month.
""",
    "parking-amendment.md": """# Amendment to the parking rules

As of 1 January 2025 this amends the Parking rules. A parking permit costs 32 EUR a month.
""",
    "mail-crane.eml": """From: Jonas Weil <jonas.weil@ellery.example>
To: Anna Berg <anna.berg@ellery.example>
Date: Mon, 16 Sep 2024 08:12:00 +0000
Subject: Crane rental
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

Dear Anna,

the second crane arrives on Thursday. It costs 1,900 EUR a week.

Jonas
""",
    "mail-archive.eml": """From: Kira Novak <kira.novak@ellery.example>
To: Liam Doyle <liam.doyle@ellery.example>
Date: Wed, 12 Feb 2025 14:40:00 +0000
Subject: Moving the archive
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

Hello Liam,

the archive moves to Lunden on 28 March 2025. Please pack the shelves of room 4 first.

Kira
""",
    "safety-duties.md": """# Duties on the quay

Every shift the warden must:

- walk the whole quay
- test the two lifebuoy lights
- check the ladders for ice
- read the tide gauge
- lock the fuel store

Visitors wear a helmet and a vest.
""",
}
