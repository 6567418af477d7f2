"""Write the PDF and the DOCX of the sample library: `python scripts/make_documents.py`.

Both hold text of our own from the same sources as the Markdown briefings. They are kept in the repository,
so that nobody needs fpdf2 or python-docx to try Footnote.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "documents"

INVESTMENT_TITLE = "Japanese investment in the United States: the figures"
INVESTMENT = [
    (
        "The package",
        [
            "Japan's commitment is $550 billion of investment in the United States, agreed in July 2025 "
            "together with lower tariffs.",
            "A list of possible projects was published on October 28, 2025. According to Reuters, the projects on "
            "that list could represent some $400 billion, and about 20 companies had shown interest.",
        ],
    ),
    (
        "Energy infrastructure",
        [
            "The White House fact sheet of October 28, 2025 gives up to $332 billion for critical energy "
            "infrastructure. It names AP1000 reactors and small modular reactors by Westinghouse, small modular "
            "reactors by GE Vernova and Hitachi, and other projects.",
        ],
    ),
    (
        "Power equipment",
        [
            "The same fact sheet gives up to $25 billion for power equipment with GE Vernova. It gives up to "
            "$25 billion for power modules and transformers with Toshiba.",
            "These amounts are upper limits: the fact sheet says “up to” for each of them.",
        ],
    ),
    (
        "Sources",
        ["White House fact sheet of 28 October 2025 (copies by news services); Reuters, 28 October 2025."],
    ),
]

SIGNED_TITLE = "Who signed what, and when"
SIGNED = [
    (
        "October 28, 2025 in Tokyo",
        [
            "Three agreements between the United States and Japan were signed in Tokyo on October 28, 2025.",
            "The Technology Prosperity Deal was signed by Kimi Onoda, minister of state for science and technology "
            "policy, and Michael Kratsios, director of the White House Office of Science and Technology Policy.",
            "The framework on critical minerals and rare earths was signed by President Donald Trump and Prime "
            "Minister Sanae Takaichi.",
            "A memorandum on shipbuilding was signed by Yasushi Kaneko, Japan's minister of land, infrastructure "
            "and transport, and Howard Lutnick, US secretary of commerce.",
        ],
    ),
    (
        "A later deal that is not this one",
        [
            "In June 2026 the two countries announced a $1 billion partnership in quantum technology and AI, $500 "
            "million from each side over five years. It is a different agreement from the memorandum of 2025.",
        ],
    ),
    ("Sources", ["Cabinet Office of Japan; Jiji Press, 28 October 2025; trade press, June 2026."]),
]
SIGNED_TABLE = [
    ("Agreement", "For the United States", "For Japan"),
    ("Technology Prosperity Deal", "Michael Kratsios", "Kimi Onoda"),
    ("Critical minerals and rare earths", "Donald Trump", "Sanae Takaichi"),
    ("Shipbuilding", "Howard Lutnick", "Yasushi Kaneko"),
]


def write_pdf(path: Path) -> None:
    """Write the briefing on investment figures, one section a page where it does not fit."""
    from fpdf import FPDF

    pdf = FPDF(format="A4")
    pdf.set_creation_date(datetime(2026, 11, 25, tzinfo=UTC))
    pdf.set_title(INVESTMENT_TITLE)
    pdf.set_author("Footnote")
    pdf.set_margin(25)
    pdf.add_page()
    pdf.set_font("Times", "B", 16)
    pdf.multi_cell(0, 10, INVESTMENT_TITLE, align="L", new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("Times", "I", 11)
    pdf.multi_cell(0, 7, "A Footnote briefing.", new_x="LMARGIN", new_y="NEXT")
    for number, (heading, paragraphs) in enumerate(INVESTMENT):
        if number == 2:  # so that the sample has more than one page to cite
            pdf.add_page()
        pdf.ln(4)
        pdf.set_font("Times", "B", 14)
        pdf.multi_cell(0, 8, heading, align="L", new_x="LMARGIN", new_y="NEXT")
        pdf.set_font("Times", "", 12)
        for paragraph in paragraphs:
            plain = paragraph.replace("“", '"').replace("”", '"')  # the core fonts have no curly quotes
            pdf.multi_cell(0, 6.5, plain, align="L", new_x="LMARGIN", new_y="NEXT")
            pdf.ln(2)
    pdf.output(str(path))


def write_docx(path: Path) -> None:
    """Write the briefing on signatures, with a table."""
    import docx

    document = docx.Document()
    document.core_properties.title = SIGNED_TITLE
    document.core_properties.author = "Footnote"
    document.core_properties.created = document.core_properties.modified = datetime(2026, 11, 25, tzinfo=UTC)
    document.add_heading(SIGNED_TITLE, level=0)
    document.add_paragraph("A Footnote briefing.")
    for heading, paragraphs in SIGNED:
        document.add_heading(heading, level=1)
        for paragraph in paragraphs:
            document.add_paragraph(paragraph)
        if heading.startswith("October"):
            table = document.add_table(rows=0, cols=3)
            table.style = "Table Grid"
            for row in SIGNED_TABLE:
                for cell, text in zip(table.add_row().cells, row, strict=True):
                    cell.text = text
    document.save(str(path))


if __name__ == "__main__":
    write_pdf(FOLDER / "investment-figures.pdf")
    write_docx(FOLDER / "who-signed-what.docx")
