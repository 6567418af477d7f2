"""Answers for the tests of chat surfaces: made by hand, and drawn at random with their sources intact."""

from __future__ import annotations

from hypothesis import strategies as st

from bot.answer import Answer, Citation, Statement
from vectorstore.passage import Passage

CONTRACT = (
    "This contract begins on 1 March 2026. Either party may end it with a notice period of 30 days. "
    "The fee is 4,200 EUR a month & is due on the first."
)


def cite(
    number: int, text: str, quote: str, *, title: str = "Contract", document: str = "c0ffee0000000001"
) -> Citation:
    """Return a citation whose offsets point at `quote` in `text`."""
    start = text.index(quote)
    return Citation(
        number,
        document,
        title,
        f"/docs/{title.lower()}.md",
        4,
        start,
        start + len(quote),
        quote,
        place="p. 4, Termination",
    )


def notice_period(question: str = "How long is the notice period?") -> Answer:
    """Return an ordinary answer: one quotation, one source."""
    quote = "Either party may end it with a notice period of 30 days."
    return Answer(
        question,
        statements=(Statement(quote, (1,)),),
        citations=(cite(1, CONTRACT, quote),),
        confidence=0.93,
        searched="all 6 documents",
    )


def abstained(question: str = "Who painted the ceiling?") -> Answer:
    """Return an answer that the documents do not hold."""
    return Answer(question, abstained=True, searched="all 6 documents", confidence=0.02)


def many(question: str = "Which projects are on hold?", count: int = 34) -> Answer:
    """Return a computed answer of many statements, a footnote each."""
    text = "\n".join(f"Project {n}. Status: on hold." for n in range(1, count + 1))
    return Answer(
        question,
        statements=tuple(Statement(f"Project {n} is on hold.", (n,), "computed") for n in range(1, count + 1)),
        citations=tuple(cite(n, text, f"Project {n}. Status: on hold.", title="Records") for n in range(1, count + 1)),
        notice=f"{count} of 102 projects are on hold.",
    )


_SPICE = st.sampled_from(
    [
        "<!channel> ", "<@U123> ", "<#C1|x>", "@everyone ", "*bold*", "_it_", "~no~", "`code`", "```",
        "\n# big\n", "\n> quoted", "||spoiler||", "[click](https://evil.example/?q=1)", "&amp;",
        "![x](https://evil.example/i.png)", "https://a.example/b_c_d ", "a & b < c > d", "\n- item",
        "\n1. one", "<:pepe:123>", ":tada:", "</ask:1>", "<t:0>", "discord.gg/abc", "\\*", "-# tiny",
        "| a | b |\n|---|---|\n| 1 | 2 |\n", "```py\nprint(1)\n```\n", "名前は「明」です。次の文。",
        "👩‍👩‍👧 ", "\u202edoow", "\x00", "\r\n",
    ]
)  # fmt: skip
TEXTS = st.lists(
    st.one_of(st.text(max_size=40), _SPICE, st.just("A plain sentence of words. ")), min_size=1, max_size=30
).map("".join)


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    """Draw an answer: any text, any support, every marker with its citation; some abstain."""
    if draw(st.integers(0, 9)) == 0:
        return Answer("q", abstained=True, searched=draw(TEXTS))
    texts = draw(st.lists(TEXTS.filter(lambda text: bool(text.strip())), min_size=1, max_size=6))
    repeat = draw(st.sampled_from([1, 1, 1, 1, 40]))
    citations = tuple(
        Citation(n, f"{n:016x}", draw(TEXTS), "/a", n, 0, 10, draw(TEXTS))
        for n in range(1, draw(st.integers(1, 12)) + 1)
    )
    statements = tuple(
        Statement(
            text * repeat,
            tuple(sorted(draw(st.sets(st.integers(1, len(citations)), min_size=1, max_size=4)))),
            draw(st.sampled_from(["quoted", "quoted", "supported", "partly"])),
        )
        for text in texts
    )
    passages = tuple(
        Passage(
            c.document,
            c.title,
            c.source,
            0,
            10,
            "x",
            1.0,
            1,
            kind=draw(st.sampled_from(["body", "code", "table"])),
        )
        for c in citations
    )
    return Answer(draw(TEXTS), statements, citations, passages, notice=draw(st.sampled_from(["", "Read with care."])))
