"""The teacher's vectors of all chunks and questions, float16, in the order of the sections' file.

    python -m training.encoder.teacher --sections sections.jsonl.gz --teacher FOLDER --out vectors.npy

The teacher is bge-small-en-v1.5 in int8 (model.onnx, tokenizer.json): the state of [CLS], a question with the prefix
that it was trained with. A run that was stopped goes on; the number of rows that are done stands beside the vectors.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

PREFIX = "Represent this sentence for searching relevant passages: "
WIDTH = 384
LONGEST = 320
TOKENS_A_BATCH = 2048
ROWS_A_STEP = 512
"""Sections between two notes of how far it is."""


def main() -> None:
    """Write the vectors."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sections", type=Path, required=True)
    parser.add_argument("--teacher", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    rows = read_sections(options.sections)
    places = places_of(rows)
    teacher = Teacher(options.teacher, threads=options.threads)
    noted = options.out.with_suffix(".done")
    done = int(noted.read_text()) if noted.exists() else 0
    vectors = np.lib.format.open_memmap(
        options.out, mode="r+" if done else "w+", dtype=np.float16, shape=(places[-1], WIDTH)
    )
    began, first = time.monotonic(), done
    while done < len(rows):
        step = rows[done : done + ROWS_A_STEP]
        made = teacher.vectors([text for row in step for text in texts(row)])
        vectors[places[done] : places[done + len(step)]] = made
        vectors.flush()
        done += len(step)
        noted.write_text(str(done))
        rate = (done - first) / (time.monotonic() - began)
        print(f"{done} of {len(rows)} sections, {(len(rows) - done) / rate / 60:.0f} min to go", flush=True)


def read_sections(path: Path) -> list[dict[str, Any]]:
    """Return the rows of `training.encoder.data`."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def texts(row: dict[str, Any]) -> Iterator[str]:
    """Yield what the teacher reads of a section: its chunks, then its questions with their prefix."""
    yield from (row["text"][start:end] for start, end in row["chunks"])
    yield from (PREFIX + question for question, _ in row["questions"])


def places_of(rows: Sequence[dict[str, Any]]) -> list[int]:
    """Return where each section's vectors begin, and past the last."""
    places = [0]
    for row in rows:
        places.append(places[-1] + len(row["chunks"]) + len(row["questions"]))
    return places


class Teacher:
    """The larger model."""

    def __init__(self, folder: Path, *, threads: int = 2) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(LONGEST)
        self._tokenizer.no_padding()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self._session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options)

    def vectors(self, several: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return one vector of length 1 a text, shape (texts, WIDTH)."""
        ids = [encoding.ids for encoding in self._tokenizer.encode_batch(list(several))]
        found = np.zeros((len(ids), WIDTH), np.float32)
        order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
        begin = 0
        while begin < len(order):
            end = begin + 1
            while end < len(order) and (end + 1 - begin) * len(ids[order[end]]) <= TOKENS_A_BATCH:
                end += 1
            batch = order[begin:end]
            padded = np.zeros((len(batch), len(ids[batch[-1]])), np.int64)
            mask = np.zeros_like(padded)
            for row, i in enumerate(batch):
                padded[row, : len(ids[i])], mask[row, : len(ids[i])] = ids[i], 1
            feeds = {"input_ids": padded, "attention_mask": mask, "token_type_ids": np.zeros_like(padded)}
            names = {node.name for node in self._session.get_inputs()}
            hidden = self._session.run(None, {name: feeds[name] for name in feeds if name in names})[0]
            found[batch] = hidden[:, 0] if hidden.ndim == 3 else hidden
            begin = end
        return found / np.linalg.norm(found, axis=1, keepdims=True)


if __name__ == "__main__":
    main()
