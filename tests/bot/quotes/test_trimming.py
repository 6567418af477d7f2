"""Sentences that a reader finds to answer far less than the best one are left out of an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.quotes.quoted import Quoted
from bot.quotes.trim import BELOW, trimmed
from vectorstore.passage import Passage


def quoted(text: str, start: int = 0, *, kind: str = "body", leading: bool = False) -> Quoted:
    passage = Passage("d" * 16, "Title", "/a.txt", start, start + len(text), text, score=1.0, rank=1)
    return Quoted(replace(passage, kind=kind), start, start + len(text), score=1.0, leading=leading)  # type: ignore[arg-type]


class Reads:
    """A reader whose logits are set by text; remembers what it read."""

    def __init__(self, **logits: float) -> None:
        self.logits, self.read = logits, []  # type: ignore[var-annotated]

    def __call__(self, texts: Sequence[tuple[str, Passage]]) -> list[float]:
        """Return the logit of each text's first word."""
        self.read += [text for text, _ in texts]
        return [self.logits[text.split()[0]] for text, _ in texts]


BEST, NEAR, FAR = quoted("Best answers it."), quoted("Near answers too.", 50), quoted("Far says something else.", 99)


def test_what_answers_far_less_is_left_out() -> None:
    """The rest stays in its order."""
    assert trimmed([FAR, BEST, NEAR], Reads(Best=2.0, Near=2.0 - BELOW, Far=1.9 - BELOW)) == [BEST, NEAR]


def test_one_sentence_is_not_read() -> None:
    """There is nothing to leave out."""
    reads = Reads()
    assert trimmed([BEST], reads) == [BEST] and not reads.read


def test_a_sentence_stays_with_the_one_that_needs_it() -> None:
    """What came along for a pronoun is read together with the sentence, and goes or stays with it."""
    lead = replace(FAR, leading=True)
    reads = Reads(Far=-3.0, Best=2.0)
    assert trimmed([BEST, lead, NEAR], reads) == [BEST]
    assert reads.read == ["Best answers it.", "Far says something else. Near answers too."]
    assert trimmed([BEST, lead, NEAR], Reads(Far=1.0, Best=2.0)) == [BEST, lead, NEAR]


def test_rows_lines_and_lists_are_kept() -> None:
    """The reader learned from sentences."""
    for kept in (quoted("A | 1", kind="table"), quoted("x = 1", kind="code"), quoted("- a\n- b")):
        reads = Reads()
        assert trimmed([BEST, kept], reads) == [BEST, kept] and not reads.read
