"""What the reader is given of a passage, and which sentence of it the words that answer are put in."""

from __future__ import annotations

from collections.abc import Sequence

from bot.passages.reading import Readings, read_first, readable
from bot.reader.reading import Readable, Reading
from vectorstore.passage import Passage

REPORT = "Ostrava Tools: report for the third quarter of 2024"


class ScriptedReader:
    """Answers with a logit for texts by their first word and the words that are set; remembers what it was given."""

    def __init__(self, logits: dict[str, float], *, words: tuple[int, int] = (0, 1)) -> None:
        self.logits, self.words = logits, words
        self.given: list[Readable] = []

    def can_read(self, question: str) -> bool:
        """Every question."""
        return True

    def read(self, question: str, passages: Sequence[Readable]) -> list[Reading]:
        """Return the readings."""
        self.given += passages
        return [Reading(self.logits.get(p.text.split()[0], -9.0), *self.words, 0.2) for p in passages]


def passage(text: str, *, title: str = "A title", start: int = 0, sentences: Sequence[tuple[int, int]] = ()) -> Passage:
    """Return a passage of a document."""
    return Passage(
        "d" * 16, title, "/a.md", start, start + len(text), text, score=1.0, rank=1, sentences=tuple(sentences)
    )


def test_title_and_heading_are_read_where_the_question_needs_them() -> None:
    """A report says only in its title whose it is; one heading that is the title stands once."""
    text = "Revenue came to 219 million euros."
    asked = "What was the revenue of Ostrava Tools?"
    assert readable(asked, text, title=REPORT, heading="Results") == Readable(text, title=f"{REPORT} › Results")
    assert readable(asked, text, title=REPORT, heading=REPORT).title == REPORT


def test_a_common_word_of_the_title_is_no_reason_to_read_it() -> None:
    """A lease that does not say when it ends would else seem to, for it is called a lease."""
    notice = "Notice is given three months before the end of a quarter."
    assert readable("When does the lease end?", notice, title="Lease of 3 Mill Lane", heading="Notice").title == ""


def test_a_passage_that_holds_the_words_is_read_bare() -> None:
    """A title that adds no word of the question makes the reader no wiser."""
    text = "Ostrava Tools had a revenue of 219 million euros."
    assert readable("What was the revenue of Ostrava Tools?", text, title=REPORT, heading="Results").title == ""


def test_words_over_several_sentences_are_put_in_the_one_that_answers() -> None:
    """Each is read by itself; offsets stay those of the document."""
    text = "Aims were stated. Results were clear. Nothing else."
    spans = [(100, 117), (118, 137), (138, 151)]
    reader = ScriptedReader({"Aims": 0.5, "Results": 2.0, "Nothing": 3.0}, words=(5, 30))
    found = read_first(reader, "What came out?", [passage(text, start=100, sentences=spans)])  # type: ignore[arg-type]
    assert found == Readings(0.5, ("d" * 16, 118, 130), 0.2)
    assert [given.text for given in reader.given] == [text, "Aims were stated.", "Results were clear."]


def test_words_within_a_sentence_need_no_second_reading() -> None:
    """They are taken as they are."""
    reader = ScriptedReader({"Aims": 0.5}, words=(0, 4))
    found = read_first(
        reader,  # type: ignore[arg-type]
        "What came out?",
        [passage("Aims were stated. Results were clear.", sentences=[(0, 17), (18, 37)])],
    )
    assert found is not None and found.words == ("d" * 16, 0, 4) and len(reader.given) == 1
