"""Random bytes and spoiled files under every suffix: a result or a clean failure, never anything else."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from format_files import (
    docx_parts,
    epub_parts,
    odf_parts,
    paragraph,
    pptx_parts,
    rtf,
    shape,
    text_row,
    xlsx_parts,
    zip_bytes,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_formats_legacy_office import doc_file, xls_file
from test_formats_pdf import form_pdf

from ingest.errors import LoadError
from ingest.reading.load import FORMATS, load

SUFFIXES = sorted(suffix for row in FORMATS for suffix in row.suffixes)
SEEDS: dict[str, bytes] = {
    ".docx": zip_bytes(docx_parts(paragraph("Some words.") * 5)),
    ".pptx": zip_bytes(pptx_parts(shape("Some words."))),
    ".xlsx": zip_bytes(xlsx_parts({"S": text_row(1, "a", "b") + text_row(2, "c", "d")})),
    ".odt": zip_bytes(odf_parts("text", "<text:p>Some words.</text:p>")),
    ".epub": zip_bytes(epub_parts(("One", "<p>Some words.</p>"))),
    ".rtf": rtf(r"Some \b words\b0 \'e9 \u8364? {\footnote x}\par\trowd a\cell\row"),
    ".pdf": form_pdf({"Name": "Ann"}),
    ".doc": doc_file("Some words.\r\x13F\x14x\x15\r"),
    ".xls": xls_file([["a", 1.5]]),
    ".eml": b"From: a@x\nSubject: =?utf-8?b?w7w=?=\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nHi\n--b--\n",
    ".json": json.dumps({"a": [{"b": 1}, {"b": 2}], "c": "x" * 300}).encode(),
    ".xml": b"<rss><channel><title>T</title><item><title>I</title></item></channel></rss>",
    ".ipynb": json.dumps({"cells": [{"cell_type": "code", "source": "x", "outputs": [{"data": {}}]}]}).encode(),
    ".srt": b"1\n00:00:01,000 --> 00:00:02,000\nWords\n",
    ".rst": b"T\n=\n\n.. note:: x\n\n== ==\na  b\n== ==\n",
    ".adoc": b"= T\n\n|===\n|a |b\n|===\n\n* x\n",
    ".tex": b"\\begin{document}\\section{A}$x$ \\begin{tabular}{l}a & b\\\\\\end{tabular}\\end{document}",
}


def outcome(content: bytes, suffix: str) -> None:
    """Load content under a suffix and check what comes out."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"file{suffix}"
        path.write_bytes(content)
        try:
            loaded = load(path)
        except LoadError as error:
            assert error.message
            return
    starts = [place.start for place in loaded.places]
    assert starts == sorted(starts)
    assert all(0 <= start <= len(loaded.text) for start in starts)
    assert all(loaded.text[h.start : h.end].strip() for h in loaded.headings)
    assert [h.start for h in loaded.headings] == sorted(h.start for h in loaded.headings)
    assert "\0" not in loaded.text
    assert not any("\ud800" <= character <= "\udfff" for character in loaded.text)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=600), st.sampled_from(SUFFIXES))
def test_random_bytes_are_read_or_refused(content: bytes, suffix: str) -> None:
    """Noise under any name gives text or a sentence."""
    outcome(content, suffix)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=400), st.sampled_from(SUFFIXES))
def test_random_text_is_read_or_refused(content: str, suffix: str) -> None:
    """Any text under any name gives text or a sentence."""
    outcome(content.encode("utf-8", "surrogatepass"), suffix)


@pytest.mark.parametrize("suffix", sorted(SEEDS))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_spoiled_files_are_read_or_refused(suffix: str, data: st.DataObject) -> None:
    """A good file with some bytes changed, cut or doubled gives text or a sentence."""
    content = bytearray(SEEDS[suffix])
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, max(len(content) - 1, 0)))
        kind = data.draw(st.sampled_from(("change", "cut", "double", "drop")))
        if kind == "change":
            content[at : at + 4] = data.draw(st.binary(min_size=1, max_size=4))
        elif kind == "cut":
            del content[at:]
        elif kind == "double":
            content[at:at] = content[at : at + 40]
        else:
            del content[at : at + data.draw(st.integers(1, 30))]
    outcome(bytes(content), suffix)
