"""What is drawn of a PDF in a worker process: pictures, pages with words lit, and what files may not do to it."""

from __future__ import annotations

import io
import zlib
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fpdf import FPDF
from PIL import Image
from pypdfium2 import PdfDocument

from ingest.errors import LoadError, OriginalChanged, OriginalGone, PasswordNeeded, TooLarge, Unreadable
from ingest.printed.drawing import MOST_PIXELS, png
from ingest.printed.tasks import perform
from ingest.reading.load import MAX_BYTES
from ingest.reading.worker import Limits, Workers

WORDS = "The ferry leaves at nine."


def write(path: Path, *pages: str, size: tuple[float, float] = (300, 400), password: str = "") -> Path:
    """Write a PDF with a line of words on each page."""
    pdf = FPDF(unit="pt", format=size)
    if password:
        pdf.set_encryption(owner_password="boss", user_password=password)
    pdf.set_font("Helvetica", size=12)
    for words in pages:
        pdf.add_page()
        pdf.text(40, 60, words)
    path.write_bytes(bytes(pdf.output()))
    return path


def task(path: Path, kind: str, **more: Any) -> dict[str, Any]:
    """Return a task with a file as it is now."""
    return {"kind": kind, "sha256": sha256(path.read_bytes()).hexdigest(), "passwords": (), **more}


def run(words: str = WORDS, *, page: int = 0, **more: Any) -> dict[str, Any]:
    """Return a run that is all of its page's text."""
    return {"page": page, "text": words, "start": 0, "end": len(words), "find": True, **more}


def do(path: Path, wanted: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Do a task in this process."""
    return perform(path, wanted, max_bytes=MAX_BYTES)


@pytest.mark.parametrize("colour", [False, True])
def test_a_png_is_the_picture(colour: bool) -> None:
    """Dot for dot; without colour it is stored in greys."""
    dots = np.random.default_rng(1).integers(0, 256, (17, 31, 3), dtype=np.uint8)
    if not colour:
        dots[:] = dots[:, :, :1]
    with Image.open(io.BytesIO(png(dots))) as image:
        assert image.mode == ("RGB" if colour else "L")
        assert (np.asarray(image.convert("RGB")) == dots).all()


def test_a_page_is_drawn_as_wide_as_asked(tmp_path: Path) -> None:
    """With its ink; a page that is very long is drawn smaller, so that no picture is too large."""
    path = write(tmp_path / "a.pdf", WORDS, WORDS)
    told, picture = do(path, task(path, "picture", page=1, width=600))
    with Image.open(io.BytesIO(picture)) as image:
        assert image.size == (told["width"], told["height"]) == (600, 800)
        assert np.asarray(image.convert("L")).min() < 60
    path = write(tmp_path / "long.pdf", WORDS, size=(100, 14_000))
    told, _ = do(path, task(path, "picture", page=0, width=2400))
    assert 0 < told["width"] < 400 and told["width"] * told["height"] <= 1.02 * MOST_PIXELS


def test_only_the_file_that_was_read_is_drawn(tmp_path: Path) -> None:
    """Another file in its place, or none, is an error before anything of it is parsed."""
    path = write(tmp_path / "a.pdf", WORDS)
    wanted = task(path, "picture", page=0, width=400)
    write(path, "Something else.")
    with pytest.raises(OriginalChanged):
        do(path, wanted)
    path.unlink()
    with pytest.raises(OriginalGone):
        do(path, wanted)
    path.mkdir()
    with pytest.raises(OriginalGone):
        do(path, wanted)


def test_an_encrypted_file_needs_its_password(tmp_path: Path) -> None:
    """With it the page is drawn, without it a sentence names the setting."""
    path = write(tmp_path / "a.pdf", WORDS, password="sesame")
    with pytest.raises(PasswordNeeded, match="FOOTNOTE_FILE_PASSWORDS"):
        do(path, task(path, "picture", page=0, width=400))
    found, _ = do(path, {**task(path, "marks", runs=[run()]), "passwords": ("wrong", "sesame")})
    assert found["pages"][0]["lit"] == "all"


@pytest.mark.parametrize("page", [-1, 1, 99])
def test_a_page_that_is_not_there_is_a_sentence(page: int, tmp_path: Path) -> None:
    """Whatever number is asked for."""
    path = write(tmp_path / "a.pdf", WORDS)
    with pytest.raises(Unreadable, match="no page with this number"):
        do(path, task(path, "picture", page=page, width=400))


@pytest.mark.parametrize("content", [b"%PDF-1.7 and nothing more", b"no PDF at all", b""])
def test_a_damaged_file_is_a_sentence(content: bytes, tmp_path: Path) -> None:
    """No traceback, and its text is still there."""
    path = tmp_path / "a.pdf"
    path.write_bytes(content)
    with pytest.raises(LoadError) as caught:
        do(path, task(path, "picture", page=0, width=400))
    assert caught.value.remedy


def test_lit_pages_are_one_pdf_without_links(tmp_path: Path) -> None:
    """Each run's page in the order asked for: words still words, a yellow light, a label; links and forms are gone."""
    first, second = tmp_path / "a.pdf", write(tmp_path / "b.pdf", "The bell rings.")
    pdf = FPDF(unit="pt", format=(300, 400))
    pdf.set_font("Helvetica", size=12)
    pdf.add_page()
    pdf.text(40, 60, "Nothing here.")
    pdf.add_page()
    pdf.text(40, 60, WORDS)
    pdf.link(40, 50, 100, 20, "https://example.org/")
    first.write_bytes(bytes(pdf.output()))
    gone = {"path": str(tmp_path / "gone.pdf"), "sha256": "0" * 64, "runs": [run(label="[3]")]}
    files = [
        {"path": str(path), "sha256": task(path, "")["sha256"], "runs": runs}
        for path, runs in ((first, [run(page=1, label="[1]")]), (second, [run("The bell rings.", label="[2]")]))
    ]
    broken = tmp_path / "c.pdf"
    broken.write_bytes(b"%PDF-1.7 and nothing more")
    damaged = {"path": str(broken), "sha256": task(broken, "")["sha256"], "runs": [run(label="[4]")]}
    told, made = do(first, {"kind": "lit", "files": [files[0], gone, damaged, files[1]], "passwords": ()})
    assert told["pages"] == 2 and [left["file"] for left in told["left_out"]] == [1, 2]
    assert told["left_out"][0]["message"] == OriginalGone().message
    document = PdfDocument(made)
    texts = [page.get_textpage().get_text_range() for page in document]
    assert WORDS in texts[0] and "[1]" in texts[0] and "The bell rings." in texts[1] and "[2]" in texts[1]
    for page in document:
        dots = page.render(scale=2, rev_byteorder=True).to_numpy().astype(int)
        yellow = (dots[:, :, 0] > 200) & (dots[:, :, 2] < 160)
        assert yellow.any() and yellow.nonzero()[0].max() < 2 * 80 and yellow.nonzero()[0].min() > 2 * 40
        assert dots[:, :, :3].max(axis=2).min() < 60  # the words are still black under the light
    assert b"example.org" not in made and b"/Annot" not in made.replace(b"/Annots[]", b"")


def test_a_file_that_swallows_memory_costs_its_worker_only(tmp_path: Path) -> None:
    """A page of few bytes that grows without end is a sentence, and the next page is drawn."""
    bomb = tmp_path / "bomb.pdf"
    packed = zlib.compress(b"0 0 m 9 9 l S\n" * 16_000_000, 9)
    objects = (
        "1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj",
        "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj",
        "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R>>endobj",
        f"4 0 obj<</Filter/FlateDecode/Length {len(packed)}>>stream\n",
    )
    end = b"\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
    bomb.write_bytes("\n".join(("%PDF-1.4", *objects)).encode() + packed + end)
    fine = write(tmp_path / "a.pdf", WORDS)
    with Workers(count=1, limits=Limits(seconds=300, memory=192 * 2**20)) as workers:
        with pytest.raises((TooLarge, Unreadable)) as caught:
            workers.task(bomb, task(bomb, "picture", page=0, width=400))
        assert caught.value.remedy
        assert workers.task(fine, task(fine, "picture", page=0, width=400))[1].startswith(b"\x89PNG")
