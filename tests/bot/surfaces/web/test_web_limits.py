"""Limits and offsets: streams, UTF-16."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.surfaces.web.errors import Refused
from bot.surfaces.web.limits import Streams
from bot.surfaces.web.offsets import Utf16, Utf16Cache
from bot.surfaces.web.responses import download_name

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


def test_streams_are_counted_for_each_and_for_all() -> None:
    """Closing frees a place, and closing once more does no harm."""
    streams = Streams(2, 3)
    streams.open("a")
    streams.open("a")
    with pytest.raises(Refused, match="already streaming"):
        streams.open("a")
    streams.open("b")
    with pytest.raises(Refused) as full:
        streams.open("c")
    assert full.value.status == 503 and streams.count == 3
    streams.close("a")
    streams.close("nobody")
    streams.open("c")
    assert streams.count == 3
    streams.close("c")
    assert streams.count == 2


@given(texts, st.data())
def test_utf16_units_are_those_of_javascript(text: str, data: st.DataObject) -> None:
    """For every offset: units() counts what UTF-16 takes before it, and points() leads back."""
    utf16 = Utf16(text)
    offset = data.draw(st.integers(0, len(text)))
    units = utf16.units(offset)
    assert units == len(text[:offset].encode("utf-16-le")) // 2
    assert utf16.points(units) == offset
    assert utf16.length == len(text.encode("utf-16-le")) // 2


@given(texts, st.integers(0, 200))
def test_a_utf16_offset_inside_a_pair_goes_to_its_begin(text: str, units: int) -> None:
    """points() gives the last offset whose units are no more."""
    utf16 = Utf16(text)
    offset = utf16.points(units)
    assert 0 <= offset <= len(text) and utf16.units(offset) <= units
    assert offset == len(text) or utf16.units(offset + 1) > units


def test_the_cache_reads_a_text_once_for_each_version() -> None:
    """A changed document is read again; the oldest is forgotten."""
    read: list[str] = []
    cache = Utf16Cache(lambda document: read.append(document) or "\U0001f600x", size=1)
    assert [cache.of("a", 1).units(1), cache.of("a", 1).units(2), cache.of("a", 2).units(1)] == [2, 3, 2]
    cache.of("a", 1)
    assert read == ["a", "a", "a"]


@given(st.text(max_size=300))
def test_a_download_name_is_one_header_line_of_ascii(name: str) -> None:
    """Whatever a document is called, the header cannot be broken out of."""
    header = download_name(name, ".md")
    assert header.isascii() and header.isprintable()
    assert header.count('"') == 2 and header.startswith('attachment; filename="')
    assert "/" not in header and "\\" not in header
