"""OCR: Tesseract's table, pages that lie on their side, columns and rows, and which engine reads."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from fpdf import FPDF
from hypothesis import given
from hypothesis import strategies as st

from ingest.document import LoadOptions
from ingest.errors import NoText
from ingest.loaders.ocr import rapid
from ingest.loaders.ocr.find import find_reader
from ingest.loaders.ocr.lines import lines_of
from ingest.loaders.ocr.words import Reading, Word, text_of, turn
from ingest.reading.load import load
from ingest.reading.wire import loaded_from_json, loaded_to_json

PAGE = "1\t1\t0\t0\t0\t0\t0\t0\t1000\t2000\t-1\t"


def row(line: int, word: int, box: tuple[int, int, int, int], text: str) -> str:
    """Return a row of Tesseract's table: a word of a line, box as left, top, width, height."""
    return "\t".join(map(str, (5, 1, 1, 1, line, word, *box, 96.5, text)))


def tesseract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *rows: str, languages: str = "eng osd") -> None:
    """Put a program in the path that answers as Tesseract does."""
    program = tmp_path / "bin" / "tesseract"
    program.parent.mkdir()
    (tmp_path / "table").write_text("\n".join(("level\tpage_num", PAGE, *rows)) + "\n")
    lists = "; ".join(f"echo {code}" for code in languages.split())
    program.write_text(f'#!/bin/sh\nif [ "$1" = "--list-langs" ]; then {lists}; exit 0; fi\n'
                       f'cat > /dev/null; echo "$@" > {tmp_path}/asked; cat {tmp_path}/table\n')  # fmt: skip
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    monkeypatch.setattr("ingest.loaders.ocr.find.find_rapid", lambda _: None)


def scan(tmp_path: Path) -> Path:
    """Return a PDF with one page, on which something is drawn and nothing written."""
    pdf = FPDF(unit="pt", format=(500, 1000))
    pdf.add_page()
    pdf.rect(10, 10, 50, 50)
    pdf.output(str(tmp_path / "scan.pdf"))
    return tmp_path / "scan.pdf"


def test_words_of_a_scan_come_with_their_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines are joined to sentences, and each word keeps its box in shares of the page, also through a worker."""
    tesseract(
        tmp_path, monkeypatch,
        row(1, 1, (100, 200, 300, 40), "The"), row(1, 2, (420, 200, 400, 40), "ferry"),
        row(2, 1, (100, 260, 400, 40), "sails."),
    )  # fmt: skip
    loaded = load(scan(tmp_path))
    assert loaded.text == "The ferry sails."
    assert [(place.number, place.by_ocr) for place in loaded.places] == [(1, True)]
    (found,) = loaded.scans
    assert (found.page, found.words[0]) == (1, ("The", 1000, 1000, 4000, 1200))
    assert [word[0] for word in found.words] == ["The", "ferry", "sails."]
    assert loaded_from_json(loaded_to_json(loaded), loaded.text) == loaded
    assert "--psm 1 tsv" in (tmp_path / "asked").read_text()


def test_without_its_data_for_turned_pages_tesseract_is_not_asked_to_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would fail."""
    tesseract(tmp_path, monkeypatch, row(1, 1, (100, 200, 300, 40), "Ferry."), languages="eng")
    assert load(scan(tmp_path)).text == "Ferry."
    assert "--psm 3 tsv" in (tmp_path / "asked").read_text()


def test_a_page_on_its_side_is_read_and_its_words_lie_where_they_are_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tesseract gives words of a turned page from the bottom up; they are one line, and the boxes are the page's."""
    tesseract(
        tmp_path, monkeypatch,
        row(1, 1, (100, 1500, 40, 300), "The"), row(1, 2, (100, 1000, 40, 400), "ferry"),
        row(2, 1, (160, 1400, 40, 400), "sails."),
    )  # fmt: skip
    loaded = load(scan(tmp_path))
    assert loaded.text == "The ferry sails."
    assert loaded.scans[0].words[0] == ("The", 1000, 7500, 1400, 9000)


sides = st.floats(0, 1, allow_nan=False)


@given(sides, sides, sides, sides, st.sampled_from((0, 90, 180, 270)))
def test_turning_a_picture_back_gives_the_box_again(a: float, b: float, c: float, d: float, degrees: int) -> None:
    """And a turned box lies inside the turned picture, as wide as it was high."""
    box = (100 * min(a, b), 300 * min(c, d), 100 * max(a, b), 300 * max(c, d))
    wide, high = (300, 100) if degrees in (90, 270) else (100, 300)
    turned = turn(box, degrees, 100, 300)
    assert turned[0] <= turned[2] <= wide + 1e-9 and turned[1] <= turned[3] <= high + 1e-9
    assert turn(turned, (360 - degrees) % 360, wide, high) == pytest.approx(box, abs=1e-9)


def _words(text: str, x: float, y: float) -> tuple[Word, ...]:
    words = []
    for word in text.split():
        words.append(Word(word, (x, y, x + 10 * len(word), y + 20)))
        x += 10 * len(word) + 8
    return tuple(words)


def test_columns_of_an_engine_without_an_order_are_read_down() -> None:
    """Lines that come row by row are put in the order of their columns."""
    left = ["The mill stands where the brook", "meets the lane and its wheel did", "turn until the last war came to",
            "the valley in the west of it.", "Three families shared its work."]  # fmt: skip
    right = ["Every autumn the ferry carries", "apples to the islands and it is", "bringing salt and letters back in",
             "the winter when the sea is calm.", "A bell on the pier tells when."]  # fmt: skip
    rows = [line for at, (a, b) in enumerate(zip(left, right, strict=True))
            for line in (_words(b, 500, 30.0 * at), _words(a, 20, 30.0 * at + 2))]  # fmt: skip
    read = [line.text for line in lines_of(Reading(tuple(rows), 1000, 1000, in_order=False))]
    assert read == left + right


def test_words_far_apart_are_cells() -> None:
    """A wide room parts the words of a line; characters of scripts without blanks are not parted by blanks."""
    line = (*_words("Total due", 10, 0), *_words("128.40", 400, 0))
    assert [part.text for part in lines_of(Reading((line,), 600, 100))] == ["Total due", "128.40"]
    assert text_of([Word("勤務", (0, 0, 1, 1)), Word("時間", (1, 0, 2, 1)), Word("is", (2, 0, 3, 1))]) == "勤務時間 is"


def test_rapidocr_turns_a_page_until_it_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Words that lie on their side are read from either side; the surer reading is kept."""

    def engine(image: np.ndarray) -> SimpleNamespace:
        # The ink is in one corner of the picture; upright, that is the top left.
        upright = bool(image[0, 0, 0] == 0)
        high, wide = image.shape[:2]
        box = [[0, 0], [40, 0], [40, 10], [0, 10]] if wide > high else [[0, 0], [10, 0], [10, 40], [0, 40]]
        return SimpleNamespace(boxes=[box], txts=["ferry" if upright else "ffff"], scores=[0.98 if upright else 0.6],
                               word_results=[[("ferry", 0.9, box)]])  # fmt: skip

    monkeypatch.setattr(rapid, "_engine", lambda: engine)
    picture = np.full((100, 50, 3), 255, np.uint8)
    picture[99, 0] = 0
    reading = rapid._upright(picture)
    assert (reading.turned, reading.width, reading.height) == (90, 100, 50)
    assert [word.text for line in reading.lines for word in line] == ["ferry"]


def test_rapidocr_reads_only_letters_that_it_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the extra installed it comes first; Russian is Tesseract's; without either one line says what to do."""
    monkeypatch.setattr(rapid, "find_spec", lambda name: object())
    monkeypatch.setenv("PATH", os.fspath(tmp_path))
    reader, _ = find_reader(("eng", "jpn"))
    assert reader is not None and reader.name == "RapidOCR"
    reader, how = find_reader(("rus",))
    assert reader is None and "footnote-bot[ocr]" in how and "Tesseract" in how and "\n" not in how


def test_the_real_rapidocr_reads_a_scan_on_its_side(tmp_path: Path) -> None:
    """Where the extra is installed: words, turned upright, and where they stand."""
    pytest.importorskip("rapidocr")
    pytest.importorskip("cv2")
    from pypdfium2 import PdfDocument

    typed = FPDF(unit="pt", format=(400, 400))
    typed.set_font("Helvetica", size=16)
    typed.add_page()
    typed.text(40, 100, "The ferry costs two pounds for adults.")
    picture = PdfDocument(bytes(typed.output()))[0].render(scale=200 / 72).to_pil().rotate(90, expand=True)
    picture.save(tmp_path / "poster.pdf", resolution=200)
    loaded = load(tmp_path / "poster.pdf", LoadOptions(ocr_languages=("eng",)))
    assert loaded.text == "The ferry costs two pounds for adults."
    assert loaded.scans[0].words[0][0] == "The" and loaded.scans[0].words[0][1] < 2600


def test_a_picture_says_in_one_line_what_ocr_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing installed: the failure of a picture names the extra and the program."""
    monkeypatch.setattr("ingest.loaders.ocr.find.find_rapid", lambda _: None)
    monkeypatch.setenv("PATH", os.fspath(tmp_path))
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    with pytest.raises(NoText) as refused:
        load(tmp_path / "a.png")
    assert 'pip install "footnote-bot[ocr]"' in refused.value.remedy
