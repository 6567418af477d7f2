"""RapidOCR: an engine that comes with its models as a Python package (extra `ocr`; Apache-2.0), no program needed.

It finds boxes of words that stand together, and reads each; which way up the page is, and the order of columns, are
made good here and in the loaders.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from ingest.loaders.ocr.words import Reading, Word

if TYPE_CHECKING:
    import numpy as np

LANGUAGES = frozenset(
    "eng deu fra spa por ita nld dan swe nor nno isl fin est lav lit pol ces slk slv hrv bos hun ron sqi tur cat glg"
    " eus oci gle cym afr lat ind msa swa tgl jpn chi_sim chi_tra".split()
)
"""Tesseract's codes of the languages whose letters its model knows."""
LONGEST = 1_600
"""Dots of the longer side at which a picture is looked at. With more, a page of 2,000 needs over a gigabyte."""
SURE = 0.85
"""Certainty of what was read from which a page stands upright: upside down or on its side it is 0.55 to 0.75."""
UPRIGHT = 1.5
"""A box so many times as high as wide holds words that lie on their side."""

MARGIN = 0.12
"""Share of a box's height, above and below, that is room around the letters."""


@dataclass(frozen=True, slots=True)
class Rapid:
    """RapidOCR with the models that are in its package."""

    name: str = "RapidOCR"

    def pages(self, picture: bytes) -> list[Reading]:
        """Return what stands on a picture (PNM, PNG, JPEG, TIFF with its pages); none where it cannot be decoded."""
        import cv2
        import numpy as np

        decoded, images = cv2.imdecodemulti(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR)
        return [_upright(image) for image in images] if decoded else []


@dataclass(frozen=True, slots=True)
class _Found:
    """What the engine read: lines, how sure it is (0 to 1), and the share of characters that lie on their side."""

    lines: tuple[tuple[Word, ...], ...] = ()
    sure: float = 0.0
    lying: float = 0.0


def _upright(image: np.ndarray) -> Reading:
    """Return what stands on a picture, turned as it can be read best."""
    import numpy as np

    best, turned = _read(image), 0
    if best.lines and best.sure < SURE:
        for degrees in (90, 270) if best.lying > 0.5 else (180,):
            found = _read(np.ascontiguousarray(np.rot90(image, -degrees // 90)))
            if found.sure > best.sure:
                best, turned = found, degrees
    height, width = image.shape[:2]
    sides = (height, width) if turned in (90, 270) else (width, height)
    return Reading(best.lines, *sides, turned, in_order=False)


def _read(image: np.ndarray) -> _Found:
    result = _engine()(image)
    if result.boxes is None or result.txts is None:
        return _Found()
    lines: list[tuple[Word, ...]] = []
    sure = lying = count = 0.0
    for corners, text, score, words in zip(result.boxes, result.txts, result.scores, result.word_results, strict=True):
        x0, y0, x1, y1 = _around(corners)
        lines.append(tuple(Word(word, _trimmed(*_around(box))) for word, _, box in words if word.strip() and box))
        sure += score * len(text)
        lying += len(text) * (y1 - y0 > UPRIGHT * (x1 - x0))
        count += len(text)
    return _Found(tuple(filter(None, lines)), sure / max(count, 1), lying / max(count, 1))


def _around(corners: Any) -> tuple[float, float, float, float]:
    across, down = zip(*corners, strict=True)
    return float(min(across)), float(min(down)), float(max(across)), float(max(down))


def _trimmed(x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float, float]:
    margin = MARGIN * (y1 - y0)
    return x0, y0 + margin, x1, y1 - margin


@cache
def _engine() -> Any:
    """Return the engine on one core, as each worker that reads files has one; it is loaded once a process."""
    from rapidocr import RapidOCR

    return RapidOCR(
        params={
            "Global.log_level": "critical",  # what it finds is not for a log
            "Global.max_side_len": LONGEST,
            "Global.use_cls": False,
            "Global.return_word_box": True,
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )


def find_rapid(languages: tuple[str, ...]) -> Rapid | None:
    """Return RapidOCR where it is installed and knows the letters of these languages (Tesseract's codes)."""
    known = set(languages) <= LANGUAGES
    return Rapid() if known and find_spec("rapidocr") and find_spec("cv2") else None
