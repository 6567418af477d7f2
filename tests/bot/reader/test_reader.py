"""The reader with the weights that ship."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.reader import WEIGHTS, Readable, Reader, ReaderDamaged, load
from bot.reader import reader as module
from bot.reader.network import Array
from bot.reader.pairs import Window

DEAL = "The Technology Prosperity Deal was signed in Tokyo on 28 October 2025 by Donald Trump and Sanae Takaichi."


@pytest.fixture(scope="module")
def reader() -> Reader:
    """One reader for all tests: it is never changed."""
    return Reader(threads=1)


def test_a_passage_that_answers_is_told_from_one_on_the_subject(reader: Reader) -> None:
    """The same question: the passage with the answer scores above even odds, one beside the point below it."""
    beside = "The Technology Prosperity Deal has been discussed by many observers in the press."
    right, wrong = reader.read("Where was the Technology Prosperity Deal signed?", [Readable(DEAL), Readable(beside)])
    assert right.answers > 0 > wrong.answers
    assert DEAL[right.start : right.end] == "Tokyo"


@settings(deadline=None, max_examples=25)
@given(text=st.text(st.characters(codec="utf-8"), max_size=300), question=st.text(max_size=60))
def test_offsets_lie_in_the_text(reader: Reader, text: str, question: str) -> None:
    """Whatever is given, the words of a reading are in the passage."""
    (reading,) = reader.read(question, [Readable(text)])
    assert 0 <= reading.start <= reading.end <= len(text)
    assert 0 <= reading.span <= 1


def test_answer_late_in_a_long_passage_is_found(reader: Reader) -> None:
    """A passage far longer than a window is read to its end."""
    text = "The weather was discussed at length by everyone who was there. " * 60 + DEAL
    (reading,) = reader.read("Where was the Technology Prosperity Deal signed?", [Readable(text)])
    assert text[reading.start : reading.end] == "Tokyo"
    assert reading.answers > 0


def test_order_and_company_do_not_change_a_reading() -> None:
    """A passage reads the same alone and among others, to the last digit."""
    passages = [Readable(DEAL), Readable("A short note."), Readable("The deal was signed. " * 20)]
    question = "Who signed the deal?"
    together = Reader(threads=1).read(question, passages)
    assert together == [Reader(threads=1).read(question, [passage])[0] for passage in passages]


def test_reading_stops_when_enough_was_read(reader: Reader) -> None:
    """After a sure answer the rest is left unread."""
    passages = [Readable("Nothing."), Readable(DEAL), Readable("Note."), Readable("Another note.")]
    assert len(reader.read("Where was the deal signed?", passages, enough=0)) == 2
    assert len(reader.read("Where was the deal signed?", passages)) == 4


def test_what_was_read_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same question and passage are not run again; memory is bounded."""
    monkeypatch.setattr(module, "REMEMBERED", 2)
    reader = Reader(threads=1)
    first = reader.read("Where?", [Readable(DEAL)])
    runs: list[Window] = []
    run = reader._network.run

    def counted(window: Window) -> tuple[float, Array, Array, Array]:
        runs.append(window)
        return run(window)

    monkeypatch.setattr(reader._network, "run", counted)
    assert reader.read("Where?", [Readable(DEAL)]) == first
    assert runs == []
    reader.read("Where?", [Readable("a"), Readable("b"), Readable("c")])
    assert len(runs) == 3
    assert len(reader._known) == 2


def test_title_tells_look_alike_passages_apart(reader: Reader) -> None:
    """The same words under another quarter's title are a worse answer."""
    text = "Revenue was $12.3 million, driven by higher volumes."
    right, wrong = reader.read(
        "What was Acme's revenue in the second quarter of 2023?",
        [Readable(text, "Acme quarterly report, Q2 2023"), Readable(text, "Acme quarterly report, Q4 2023")],
    )
    assert right.answers > wrong.answers


def test_supports_sums_to_one_and_knows_a_contradiction(reader: Reader) -> None:
    """A statement that the passage makes is borne out, one that it denies is not."""
    said, denied = (
        reader.supports(statement, [Readable("The shop is open on Sunday. It is closed on Monday.")])[0]
        for statement in ("The shop is open on Sunday.", "The shop is closed on Sunday.")
    )
    assert said.entails + said.contradicts + said.neither == pytest.approx(1, abs=1e-5)
    assert said.entails > denied.entails
    assert denied.contradicts > said.contradicts


def test_damaged_weights_are_a_sentence_and_no_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One byte changed: the reader says so and is off."""
    content = bytearray(WEIGHTS.read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "reader.onnx").write_bytes(content)
    shutil.copyfile(WEIGHTS.with_name("tokenizer.json"), tmp_path / "tokenizer.json")
    monkeypatch.setattr(module, "WEIGHTS", tmp_path / "reader.onnx")
    reader, notice = load()
    assert reader is None
    assert "damaged" in notice and "reader = off" in notice


@pytest.mark.parametrize("content", [None, b"", b"no weights at all"])
def test_other_weights_that_are_none(tmp_path: Path, content: bytes | None) -> None:
    """A path of one's own with nothing or something else there: a sentence, no traceback."""
    if content is not None:
        (tmp_path / "mine.onnx").write_bytes(content)
        shutil.copyfile(WEIGHTS.with_name("tokenizer.json"), tmp_path / "tokenizer.json")
    reader, notice = load(tmp_path / "mine.onnx")
    assert reader is None
    assert notice


def test_missing_vocabulary_is_named(tmp_path: Path) -> None:
    """Weights without their tokenizer cannot be used, and the sentence says which file."""
    (tmp_path / "mine.onnx").write_bytes(b"x")
    with pytest.raises(ReaderDamaged, match=r"tokenizer\.json"):
        Reader(tmp_path / "mine.onnx", checked=False).check()


def test_weights_are_those_of_the_model_card() -> None:
    """The hash that is checked at load is the file's, and the model card says the same."""
    assert hashlib.sha256(WEIGHTS.read_bytes()).hexdigest() == module.SHA256
    assert module.SHA256 in WEIGHTS.with_name("MODEL_CARD.md").read_text(encoding="utf-8")
    assert sum(path.stat().st_size for path in WEIGHTS.parent.iterdir()) < 40 * 2**20


def test_importing_the_reader_loads_neither_torch_nor_onnxruntime() -> None:
    """The session's library is loaded at the first question only."""
    code = "import bot.reader, sys; sys.exit(any(m in sys.modules for m in ('torch', 'onnxruntime')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
