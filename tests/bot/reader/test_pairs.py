"""How passages are cut for the reader, and where the pieces stand."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from bot.reader import WEIGHTS, Readable
from bot.reader.pairs import MOST_TOKENS, best_span, can_read, windows

TEXT = st.text(st.characters(codec="utf-8"), max_size=400) | st.text("aé 😀漢ß.\u0301İﬁ", max_size=200)


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    """The reader's own."""
    tokenizer = Tokenizer.from_file(str(WEIGHTS.with_name("tokenizer.json")))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


@settings(deadline=None, max_examples=60)
@given(question=TEXT, title=TEXT, text=TEXT)
def test_pieces_stand_inside_the_text(tokenizer: Tokenizer, question: str, title: str, text: str) -> None:
    """Whatever is written, every piece of a window has offsets inside the passage and no window is too long."""
    for window in windows(tokenizer, question, Readable(text, title)):
        assert len(window.ids) == len(window.types) <= MOST_TOKENS
        assert window.first + len(window.spans) + 1 == len(window.ids)
        assert all(0 <= start < end <= len(text) for start, end in window.spans)


def test_offsets_count_letters_after_emoji(tokenizer: Tokenizer) -> None:
    """An emoji is one letter in Python: the words after it are still at their places."""
    text = "🎉🎉 Party in Leeds"
    (window,) = windows(tokenizer, "Where?", Readable(text, "Team › Party"))
    assert [text[start:end] for start, end in window.spans][-3:] == ["Party", "in", "Leeds"]


def test_long_passage_is_read_in_windows_that_overlap(tokenizer: Tokenizer) -> None:
    """Every piece of a long passage stands in a window, and neighbours share some."""
    text = " ".join(f"word{number}" for number in range(600))
    found = list(windows(tokenizer, "Which word is last?", Readable(text)))
    assert len(found) > 2
    assert found[-1].spans[-1][1] == len(text)
    for before, after in pairwise(found):
        assert after.spans[0][0] < before.spans[-1][0]


def test_half_a_surrogate_pair_is_read_as_one_letter(tokenizer: Tokenizer) -> None:
    """Broken text from a file does not stop the reader and moves nothing."""
    (window,) = windows(tokenizer, "What \ud83d?", Readable("\udc00 Leeds"))
    assert window.spans[-1] == (2, 7)


@pytest.mark.parametrize(
    ("question", "readable"),
    [
        ("Who signed the Technology Prosperity Deal, and where?", True),
        ("What is pneumonoultramicroscopicsilicovolcanoconiosis?", True),
        ("Acme quarterly revenue 2023", True),
        ("Wer hat das Abkommen über die Zusammenarbeit unterzeichnet?", False),
        ("日本は何を得ますか", False),
        ("Кто подписал договор?", False),
        ("🎉🎉🎉", False),
        ("", False),
    ],
)
def test_can_read(tokenizer: Tokenizer, question: str, readable: bool) -> None:
    """English is read; other scripts, signs and nothing are not."""
    assert can_read(tokenizer, question) is readable


def test_best_span_is_in_order_and_not_too_long() -> None:
    """The end never comes before the start, however likely each is by itself."""
    assert best_span([0.0, 0.0, 9.0], [9.0, 0.0, 0.0], 3) in {(0, 0), (2, 2)}
    assert best_span([9.0, 0.0, 0.0], [0.0, 0.0, 9.0], 2) != (0, 2)
