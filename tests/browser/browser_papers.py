"""The documents that the browser tests ask: Markdown, PDF, DOCX, emoji, Japanese and Arabic."""

from __future__ import annotations

from pathlib import Path

HANDBOOK = """# Staff handbook

## Working time

The working week is 38 hours. Core time is from ten in the morning to three in the afternoon.

## Leave

Every employee has 28 days of paid leave a year. Unused leave expires on 31 March of the following year.
Leave of more than three weeks needs the consent of the head of department.

## Equipment

Laptops are replaced every four years. A lost laptop is reported to the help desk within one day.
"""

PARTY = """# Summer party 🎉🎉

👩‍👩‍👧 Families are welcome. 🇯🇵 The summer party begins at nine in the evening on the roof terrace. 🎆🎆

The band is called Blue Kettle 🫖 and plays until midnight.
"""

JAPANESE = """# 就業規則

## 休暇

年次有給休暇は一年につき二十日です。休暇の申請は三日前までに上司に提出してください。

## 勤務時間

勤務時間は午前九時から午後五時三十分までです。昼休みは一時間です。
"""

ARABIC = """دليل الزوار

يفتح المتحف أبوابه من الساعة التاسعة صباحا حتى الخامسة مساء. سعر التذكرة عشرة دنانير للبالغين.

يدخل الأطفال دون السادسة مجانا. التصوير ممنوع في القاعة الكبرى.
"""

TRAVEL = (
    ("Travel policy", ""),
    ("Trains", "Journeys of less than four hours are made by train. First class is allowed from three hours on."),
    ("Hotels", "A hotel may cost up to 140 euros a night. Breakfast is not refunded separately."),
)

LEASE = (
    (
        "Lease of the office",
        "This lease is made between Harbour Estates and the Institute. The lease begins on 1 March 2026 and runs "
        "for five years. The rent is 4,200 euros a month and is due on the third working day.",
    ),
    (
        "Repairs",
        "The landlord keeps roof, walls and pipes in repair. The tenant keeps the kitchen and the floors in repair. "
        "Damage is reported in writing within two weeks.",
    ),
    (
        "Ending the lease",
        "Either party may end the lease with a notice period of six months to the end of a quarter. Notice is given "
        "in writing. The deposit of 12,600 euros is returned within eight weeks after the keys are handed back.",
    ),
)


def write_papers(folder: Path) -> Path:
    """Write the documents into `folder` and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "handbook.md").write_text(HANDBOOK, encoding="utf-8")
    (folder / "party.md").write_text(PARTY, encoding="utf-8")
    (folder / "就業規則.md").write_text(JAPANESE, encoding="utf-8")
    (folder / "visitors.txt").write_text(ARABIC, encoding="utf-8")
    _docx(folder / "travel-policy.docx")
    _pdf(folder / "lease.pdf")
    return folder


def _pdf(path: Path) -> None:
    from fpdf import FPDF

    pdf = FPDF()
    pdf.set_title("Lease of the office")
    for heading, text in LEASE:
        pdf.add_page()
        pdf.set_font("Times", "B", 18)
        pdf.cell(0, 14, heading, new_x="LMARGIN", new_y="NEXT")
        pdf.set_font("Times", "", 12)
        pdf.multi_cell(0, 7, text)
    pdf.output(str(path))


def _docx(path: Path) -> None:
    from docx import Document

    document = Document()
    document.core_properties.title = "Travel policy"
    for heading, text in TRAVEL:
        document.add_heading(heading, 1 if text else 0)
        if text:
            document.add_paragraph(text)
    document.save(str(path))
