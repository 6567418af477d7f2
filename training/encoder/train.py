"""Train the encoder on the teacher's vectors.

    python -m training.encoder.train --sections sections.jsonl.gz --vectors vectors.npy --teacher FOLDER \
        --out FOLDER [--minutes 60]

The way is LEAF's (arXiv 2509.12539): a student needs only texts and what the teacher makes of them. Ours reads a whole
section once, as ingest does, and learns that the mean of a chunk's tokens in it is the teacher's vector of that chunk;
a question's mean is the teacher's of the question. Beside that each question must find its own chunk among all of its
batch (contrastive; the chunks beside it in its section are the hard ones). The teacher's vectors lie in a narrow cone
(a question and a chunk about nothing in common have a cosine of 0.38), so the mean of all chunks is taken off theirs,
and that of all questions off theirs: of 3,462 questions over 26,437 chunks of the training sets the teacher then finds
47.3 % first and 65.7 among five, not 44.9 and 62.9, and cosines spread around nought as those of other models do.

A checkpoint is written every few minutes; the same command goes on from it. It uses a GPU where there is one.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from tokenizers import Encoding, Tokenizer
from torch.nn import functional

from training.encoder.model import EncoderModel, fitted_map, from_encoder, from_teacher, pooled
from training.encoder.teacher import places_of, read_sections
from vectorstore.embedding.model_files import find_model

LONGEST = 256
BATCH_TOKENS = 1024
"""Tokens of sections in a batch; the questions come on top. One core learns from seven batches of 3,072 a minute."""
RATE = 3e-4
WARM = 0.04
"""Share of the time in which the learning rate rises."""
CONTRASTIVE = 0.1
TEMPERATURE = 0.05
CHECKPOINT_SECONDS = 480
FIT = 40
"""Batches on which the linear map is fitted before training."""
HELD = 160
"""Sections that are not trained on: what is reported is measured on them."""

Row = dict[str, Any]
Vectors = npt.NDArray[np.float32]


def main() -> None:
    """Train until the time is over."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sections", type=Path, required=True)
    parser.add_argument("--vectors", type=Path, required=True)
    parser.add_argument("--teacher", type=Path, required=True)
    parser.add_argument("--start", type=Path, help="an encoder in int8 to train on, in place of the teacher's layers")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=120)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    options.out.mkdir(parents=True, exist_ok=True)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    data = Data(options.sections, options.vectors)
    first = options.start or options.teacher
    model = (from_encoder if options.start else from_teacher)(first / "model.onnx").to(device)
    model.fix()
    run = Run(model, data, options.out, device=device, fits_map=not options.start)
    run.train(seconds=60 * options.minutes, seed=options.seed)


class Data:
    """Sections as token numbers, with the teacher's vectors of their chunks and questions."""

    def __init__(self, sections: Path, vectors: Path) -> None:
        rows = read_sections(sections)
        self.places = places_of(rows)
        self.vectors = np.load(vectors, mmap_mode="r")
        done = int(vectors.with_suffix(".done").read_text())
        self.means = _means(self.vectors, rows[:done], self.places)
        tokenizer = Tokenizer.from_file(str(find_model().folder / "tokenizer.json"))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        rows = rows[:done]
        texts = tokenizer.encode_batch([row["text"] for row in rows])
        asked = iter(tokenizer.encode_batch([question for row in rows for question, _ in row["questions"]]))
        made = [self._row(n, row, texts[n], [next(asked).ids for _ in row["questions"]]) for n, row in enumerate(rows)]
        self.held = [row for row in made[:HELD] if row["chunks"]]
        self.trained = [row for row in made[HELD:] if row["chunks"]]

    def _row(self, number: int, row: Row, found: Encoding, questions: list[list[int]]) -> Row:
        starts = np.array([start for start, _ in found.offsets][1:-1])
        ranges = [
            (1 + int(np.searchsorted(starts, start)), 1 + int(np.searchsorted(starts, end)))
            for start, end in row["chunks"]
        ]
        if len(found.ids) > LONGEST or any(last <= first for first, last in ranges):
            return {"chunks": []}
        return {
            "ids": found.ids,
            "chunks": ranges,
            "questions": questions,
            "answers": [chunk for _, chunk in row["questions"]],
            "place": self.places[number],
        }

    def wanted(self, rows: Sequence[Row]) -> tuple[Vectors, Vectors]:
        """Return the teacher's vectors of the chunks, and of the questions, of some sections."""
        chunks, questions = [], []
        for row in rows:
            middle = row["place"] + len(row["chunks"])
            chunks.append(self.vectors[row["place"] : middle])
            questions.append(self.vectors[middle : middle + len(row["questions"])])
        return _centred(chunks, self.means[0]), _centred(questions, self.means[1])


def _means(vectors: npt.NDArray[np.float16], rows: Sequence[Row], places: Sequence[int]) -> tuple[Vectors, Vectors]:
    """Return the mean of all chunks and that of all questions."""
    asked = np.zeros(places[len(rows)], bool)
    for number, row in enumerate(rows):
        asked[places[number] + len(row["chunks"]) : places[number + 1]] = True
    whole = np.asarray(vectors[: len(asked)], np.float32)
    return whole[~asked].mean(0), whole[asked].mean(0)


def _centred(parts: Sequence[npt.NDArray[np.float16]], mean: Vectors) -> Vectors:
    whole = np.concatenate(parts).astype(np.float32) - mean
    return np.asarray(whole / np.linalg.norm(whole, axis=1, keepdims=True), np.float32)


def batches(rows: Sequence[Row], chance: random.Random) -> Iterator[list[Row]]:
    """Yield all sections once, those of one length together, in any order."""
    order = sorted(rows, key=lambda row: len(row["ids"]) + chance.uniform(0, 24))
    groups: list[list[Row]] = [[]]
    for row in order:
        if groups[-1] and (len(groups[-1]) + 1) * len(row["ids"]) > BATCH_TOKENS:
            groups.append([])
        groups[-1].append(row)
    chance.shuffle(groups)
    yield from groups


def padded(rows: Sequence[Sequence[int]], device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    """Return token numbers and mask of texts."""
    width = max(len(row) for row in rows)
    ids = np.zeros((len(rows), width), np.int64)
    mask = np.zeros_like(ids)
    for n, row in enumerate(rows):
        ids[n, : len(row)], mask[n, : len(row)] = row, 1
    return torch.from_numpy(ids).to(device), torch.from_numpy(mask).to(device)


def means(model: EncoderModel, rows: Sequence[Row], device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the student's vectors of the chunks and of the questions of some sections."""
    ids, mask = padded([row["ids"] for row in rows], device)
    shares = torch.zeros(sum(len(row["chunks"]) for row in rows), ids.numel(), device=device)
    number = 0
    for n, row in enumerate(rows):
        for first, last in row["chunks"]:
            shares[number, n * ids.shape[1] + first : n * ids.shape[1] + last] = 1 / (last - first)
            number += 1
    chunks = pooled(model(ids, mask).flatten(0, 1), shares)
    asked = [question for row in rows for question in row["questions"]]
    if not asked:
        return chunks, chunks[:0]
    ids, mask = padded(asked, device)
    hidden = model(ids, mask) * mask.unsqueeze(-1)
    return chunks, functional.normalize(hidden.sum(1) / mask.sum(1, keepdim=True), dim=-1)


class Run:
    """One training, which a checkpoint lets go on."""

    def __init__(
        self, model: EncoderModel, data: Data, out: Path, *, device: torch.device, fits_map: bool = True
    ) -> None:
        self.model, self.data, self.device = model, data, device
        self.fits_map = fits_map
        self.trained = [p for p in model.parameters() if p.requires_grad]
        self.optimiser = torch.optim.AdamW(self.trained, lr=RATE, weight_decay=0.01)
        self.kept = out / "checkpoint.pt"
        self.done, self.steps = 0.0, 0

    def train(self, *, seconds: float, seed: int) -> None:
        """Train for so many seconds, counting those before a checkpoint that is gone on from."""
        if self.kept.exists():
            state = torch.load(self.kept, map_location=self.device)
            self.model.load_state_dict(state["model"])
            self.optimiser.load_state_dict(state["optimiser"])
            self.done, self.steps = state["seconds"], state["steps"]
            print(f"goes on after {self.steps} steps", flush=True)
        else:
            self.report(0.0)
            if self.fits_map:
                self.fit_map(random.Random(seed))
                self.report(0.0)
        chance = random.Random(seed + self.steps)
        began = written = time.monotonic()
        seen: list[torch.Tensor] = []
        while True:
            for batch in batches(self.data.trained, chance):
                elapsed = self.done + time.monotonic() - began
                if elapsed >= seconds:
                    self.save(elapsed)
                    self.report(elapsed)
                    return
                seen.append(self.step(batch, elapsed / seconds))
                if self.steps % 25 == 0:
                    mean = torch.stack(seen[-25:]).mean(0).tolist()
                    print(
                        f"{self.steps} steps, {elapsed / 60:.1f} min: chunks {mean[0]:.4f} questions {mean[1]:.4f} "
                        f"found {mean[2]:.3f}",
                        flush=True,
                    )
                if time.monotonic() - written > CHECKPOINT_SECONDS:
                    self.save(elapsed)
                    self.report(elapsed)
                    written = time.monotonic()

    def step(self, batch: Sequence[Row], share: float) -> torch.Tensor:
        """Learn from a batch; return the parts of its loss."""
        self.model.train()
        for group in self.optimiser.param_groups:
            group["lr"] = RATE * (share / WARM if share < WARM else max(0.02, (1 - share) / (1 - WARM)))
        parts = self.losses(batch)
        self.optimiser.zero_grad(set_to_none=True)
        (parts[0] + parts[1] + CONTRASTIVE * parts[2]).backward()
        torch.nn.utils.clip_grad_norm_(self.trained, 1.0)
        self.optimiser.step()
        self.steps += 1
        return parts.detach()

    def losses(self, batch: Sequence[Row]) -> torch.Tensor:
        """Return how far chunks, and questions, are from the teacher (1 − cosine), and how badly questions find."""
        chunks, questions = means(self.model, batch, self.device)
        wanted, asked = (torch.from_numpy(part).to(self.device) for part in self.data.wanted(batch))
        apart = (1 - (chunks * wanted).sum(-1)).mean()
        if not len(questions):
            return torch.stack([apart, apart * 0, apart * 0])
        begins = np.cumsum([0, *(len(row["chunks"]) for row in batch)])
        right = [int(begins[n]) + answer for n, row in enumerate(batch) for answer in row["answers"]]
        found = functional.cross_entropy(questions @ chunks.T / TEMPERATURE, torch.tensor(right, device=self.device))
        return torch.stack([apart, (1 - (questions * asked).sum(-1)).mean(), found])

    @torch.no_grad()
    def fit_map(self, chance: random.Random) -> None:
        """Fit the linear map on some batches, so that training begins near the teacher."""
        given: list[Vectors] = []
        wanted: list[Vectors] = []
        for _, batch in zip(range(FIT), batches(self.data.trained, chance), strict=False):
            for mine, theirs in zip(means(self.model, batch, self.device), self.data.wanted(batch), strict=True):
                given.append(mine.cpu().numpy())
                wanted.append(theirs)
        weight, bias = fitted_map(np.concatenate(given), np.concatenate(wanted))
        self.model.map.weight.copy_(torch.from_numpy(weight))
        self.model.map.bias.copy_(torch.from_numpy(bias))

    @torch.no_grad()
    def report(self, elapsed: float) -> None:
        """Print, for sections that were not trained on, how near vectors are and how often a chunk is found."""
        self.model.eval()
        chunks: list[Vectors] = []
        questions: list[Vectors] = []
        taught: list[tuple[Vectors, Vectors]] = []
        right: list[int] = []
        for begin in range(0, len(self.data.held), 16):
            batch = self.data.held[begin : begin + 16]
            count = sum(len(part) for part in chunks)
            for row in batch:
                right += [count + answer for answer in row["answers"]]
                count += len(row["chunks"])
            mine, asked = means(self.model, batch, self.device)
            chunks.append(mine.cpu().numpy())
            questions.append(asked.cpu().numpy())
            taught.append(self.data.wanted(batch))
        mine, asked = np.concatenate(chunks), np.concatenate(questions)
        theirs, sought = (np.concatenate([pair[n] for pair in taught]) for n in (0, 1))
        print(
            f"held, {elapsed / 60:.1f} min: cosine of chunks {(mine * theirs).sum(1).mean():.3f}, of questions "
            f"{(asked * sought).sum(1).mean():.3f}; first {first(asked, mine, right):.3f}, "
            f"among five {first(asked, mine, right, 5):.3f}; "
            f"the teacher's {first(sought, theirs, right):.3f}, {first(sought, theirs, right, 5):.3f}",
            flush=True,
        )

    def save(self, elapsed: float) -> None:
        """Write a checkpoint beside the old one and put it in its place."""
        fresh = self.kept.with_suffix(".new")
        state = {"model": self.model.state_dict(), "optimiser": self.optimiser.state_dict()}
        torch.save({**state, "seconds": elapsed, "steps": self.steps}, fresh)
        fresh.replace(self.kept)


def first(asked: Vectors, chunks: Vectors, right: Sequence[int], count: int = 1) -> float:
    """Return the share of questions whose chunk is among the first so many."""
    scores = asked @ chunks.T
    own = scores[np.arange(len(right)), right]
    return float(((scores > own[:, None]).sum(1) < count).mean())


if __name__ == "__main__":
    main()
