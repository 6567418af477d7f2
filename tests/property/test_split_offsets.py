"""Whatever the text, splitting changes nothing and drops nothing that can be read."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.splitting.split import split

SCRIPTS = st.sampled_from(
    [
        "Word. ",
        "no. 5 ",
        "日本語。",
        "😀",
        "\n",
        "\n\n",
        "ابجد؟ ",
        "a | b\n",
        "- item\n",
        "ไทย ",
        "\x00",
        "\u2028",
        "HEAD\n",
    ]
)
TEXTS = st.one_of(st.text(max_size=400), st.lists(SCRIPTS, max_size=80).map("".join))


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.integers(min_value=8, max_value=256))
def test_every_character_that_shows_is_in_exactly_one_chunk(text: str, window: int) -> None:
    """Chunks lie in order, do not overlap, and leave out blanks only; sentences lie inside their chunk."""
    chunks = split(text, max_tokens=window)
    position = 0
    for chunk in chunks:
        assert position <= chunk.start < chunk.end <= len(text)
        assert not text[position : chunk.start].strip()
        inner = chunk.start
        for start, end in chunk.sentences:
            assert inner <= start < end <= chunk.end
            assert not text[inner:start].strip()
            inner = end
        assert inner == chunk.end
        position = chunk.end
    assert not text[position:].strip()
