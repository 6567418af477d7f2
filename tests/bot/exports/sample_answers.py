"""Answers as they are saved: with several footnotes, computed, refused, disagreeing, hostile, in many scripts."""

from __future__ import annotations

from bot.answer import Answer, Citation, Conflict, Statement, Withheld, Words
from vectorstore.passage import Passage

HOSTILE = (
    "=cmd|'/c calc'!A0 \x1b[31m\x00\x0b <script>alert(1)</script> </w:t> &amp; *bold* [a](javascript:b) `x` "
    "[^1]: {{x}} #let $x$ \\input \u202eback \ud800 \uffff <!-- ]]> ![i](x)"
)
"""What acts in a spreadsheet, a terminal, HTML, XML, Markdown, Typst or LaTeX, with characters that XML cannot hold."""
CODE = "def add(a, b):\n\treturn a + b\n\n\nprint(add(1, 2))"


def citation(number: int, quote: str, *, title: str = "Lease", source: str = "", place: str = "p. 3") -> Citation:
    """Return a footnote."""
    return Citation(number, "d" * 16, title, source or f"/papers/{title}.pdf", 3, 0, len(quote), quote, place)


def notice() -> Answer:
    """An answer of two statements that share a footnote, with the words that answer."""
    return Answer(
        question="How long is the notice period?",
        statements=(
            Statement("It ends with a notice period of 30 days.", (1, 2), answer=Words("30 days", 32, 39)),
            Statement("The tenant may leave earlier.", (2, 3)),
        ),
        citations=(
            citation(1, "It ends with a notice period of 30 days."),
            citation(2, "notice of 30 days", title="Contract", source="https://example.org/a b.html", place="row 7"),
            citation(3, "The tenant may leave earlier.", title="Plan", place="slide 4"),
        ),
        searched="all 3 documents",
    )


def refused() -> Answer:
    """An answer that the documents do not hold."""
    return Answer("Who is the king?", abstained=True, searched="all 3 documents")


def differing() -> Answer:
    """Written sentences that differ, one partly held, one withheld, and a notice."""
    return Answer(
        question="How much is the rent?",
        statements=(
            Statement("The rent is 4,200 EUR.", (1,), "supported"),
            Statement("It is 4,300 EUR in the plan.", (2,), "partly", note="“in the plan” was not found"),
        ),
        citations=(citation(1, "4,200 EUR"), citation(2, "4,300 EUR", title="Plan")),
        conflicts=(Conflict("number", ("4,200 EUR", "4,300 EUR"), (0, 1)),),
        withheld=(Withheld("It will rise.", "not in the sources"),),
        notice="A notice.",
        searched_for="rent amount",
        searched="2 documents",
        model="local:/models/qwen.gguf",
    )


def counted(number: int) -> Answer:
    """A computed sentence with as many footnotes."""
    quotes = [citation(n, f"Project {n}. Status: on hold.", title=f"Project {n}") for n in range(1, number + 1)]
    text = f"{number} projects are on hold."
    return Answer("How many are on hold?", (Statement(text, tuple(range(1, number + 1)), "computed"),), tuple(quotes))


def hostile() -> Answer:
    """Everything that a document or a person writes is hostile."""
    quote = citation(1, HOSTILE, title=HOSTILE, source=f"/x/{HOSTILE}", place=HOSTILE)
    return Answer(HOSTILE, (Statement(HOSTILE, (1,)),), (quote,), searched=HOSTILE, notice=HOSTILE)


def code() -> Answer:
    """A quotation of code, whose lines must stay."""
    passage = Passage("d" * 16, "add.py", "/x/add.py", 0, len(CODE), CODE, 1.0, 1, kind="code")
    quote = citation(1, CODE, title="add.py", source="/x/add.py", place="")
    return Answer("How are two added?", (Statement(CODE, (1,)),), (quote,), (passage,))


def scripts() -> Answer:
    """Sentences in Greek, Arabic and Japanese."""
    texts = ("Η μίσθωση αρχίζει τον Μάρτιο.", "مدة الإشعار 30 يوما.", "契約は東京で署名された。")
    return Answer(
        "Τι λέει;",
        tuple(Statement(text, (n,)) for n, text in enumerate(texts, 1)),
        tuple(citation(n, text, title=f"T{n}") for n, text in enumerate(texts, 1)),
    )
