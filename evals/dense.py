"""The embedding model by itself: how often the vector nearest to a question is of a chunk that holds the answer.

    python -m evals.dense                                  the model that comes with Footnote
    python -m evals.dense --form FOLDER [--pooling cls]    an ONNX form that is not packaged: model.onnx, tokenizer.json

No words, no sections, no lifts: only likeness, over the chunks of all documents of a set. `--prefix` is what the model
wants before a question.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bot.evaluation.sets import Question, read_documents, read_questions, shared_folder
from ingest.splitting.split import split
from vectorstore.embedding.encoder import Encoder, OnnxEncoder
from vectorstore.embedding.model_files import WINDOW, ModelFiles, ModelIdentity
from vectorstore.embedding.open import open_encoder

SETS = ("squad2", "covidqa", "chroma_chunking", "clapnq")
LIMITS = {"covidqa": 200, "chroma_chunking": 200}
"""Questions of a set that are asked, where not all that its documents answer."""
PLACES = (1, 5, 10)


def main() -> None:
    """Print a row of the table for each set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", default=list(SETS))
    parser.add_argument("--form", type=Path)
    parser.add_argument("--pooling", choices=("mean", "cls"), default="mean")
    parser.add_argument("--prefix", default="")
    parser.add_argument("--threads", type=int, default=0)
    options = parser.parse_args()
    shared = shared_folder()
    if shared is None:
        parser.error("the public sets are not here; FOOTNOTE_SHARED names the folder that holds eval/")
    encoder = (
        form(options.form, pooling=options.pooling, prefix=options.prefix, threads=options.threads)
        if options.form
        else open_encoder(threads=options.threads)
    )
    print("| set | questions | " + " | ".join(f"hit@{place}" for place in PLACES) + " | ms a chunk |")
    for name in options.sets:
        questions = [q for q in read_questions(shared / "eval" / name) if q.answerable and q.references]
        questions = questions[: LIMITS.get(name)]
        began = time.process_time()
        held, vectors = chunks(shared / "eval" / name, encoder)
        spent = (time.process_time() - began) / len(held) * 1000
        found = ranks(questions, held, vectors, encoder)
        hits = " | ".join(f"{100 * np.mean([rank < place for rank in found]):.1f}" for place in PLACES)
        print(f"| {name} | {len(found)} | {hits} | {spent:.1f} |", flush=True)


def form(folder: Path, *, pooling: str, prefix: str, threads: int) -> Encoder:
    """Return an encoder over an ONNX form as it lies in a folder."""
    files = ModelFiles(
        identity=ModelIdentity(folder.name, folder.name, 384),
        onnx=folder / "model.onnx",
        tokenizer=folder / "tokenizer.json",
        max_tokens=WINDOW,
        pooling=pooling,
        query_prefix=prefix,
        document_prefix="",
    )
    return OnnxEncoder(files, threads=threads)


def chunks(set_dir: Path, encoder: Encoder) -> tuple[list[tuple[str, int, int]], np.ndarray]:
    """Return (document, start, end) of all chunks of a set, and their vectors."""
    documents = list(read_documents(set_dir))
    split_up = [(d.source, d.text, split(d.text, count_tokens=encoder.count_tokens)) for d in documents]
    made = encoder.encode_documents([(text, cut) for _, text, cut in split_up])
    held = [(name, chunk.start, chunk.end) for name, _, cut in split_up for chunk in cut]
    return held, np.concatenate([vectors for vectors, _ in made])


def ranks(
    questions: Sequence[Question], held: Sequence[tuple[str, int, int]], vectors: np.ndarray, encoder: Encoder
) -> list[int]:
    """Return for each question how many chunks stand before the first that holds an answer."""
    found = []
    for question in questions:
        scores = vectors @ encoder.encode_query(question.text)
        right = [
            n
            for n, (name, start, end) in enumerate(held)
            if any(name == r["doc_id"] and start < r["end"] and r["start"] < end for r in question.references)
        ]
        found.append(int((scores > max((scores[n] for n in right), default=np.inf)).sum()) if right else len(held))
    return found


if __name__ == "__main__":
    main()
