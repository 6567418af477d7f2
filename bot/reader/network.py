"""The network itself: an ONNX session of its own, made at the first question, and checked before."""

from __future__ import annotations

import hashlib
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from bot.reader.errors import ReaderDamaged
from bot.reader.pairs import Window

if TYPE_CHECKING:
    import onnxruntime

Array = npt.NDArray[np.float32]
_REMEDY = "Install Footnote again, or set reader = off to go on without it."


class Network:
    """Runs windows of passages through the weights.

    Args:
        weights: The ONNX file; tokenizer.json lies beside it.
        threads: Cores that one run may use.
        sha256: What the weights must hash to, in hexadecimal; "" where any will do.
    """

    def __init__(self, weights: Path, *, threads: int, sha256: str = "") -> None:
        self._weights, self._threads, self._sha256 = weights, threads, sha256
        self._opening = Lock()
        self._session: onnxruntime.InferenceSession | None = None
        self._tokenizer: Tokenizer | None = None

    @property
    def tokenizer(self) -> Tokenizer:
        """The tokenizer, read at the first use.

        Raises:
            ReaderDamaged: Its file is missing or no tokenizer.
        """
        if self._tokenizer is None:
            path = self._weights.with_name("tokenizer.json")
            try:
                tokenizer = Tokenizer.from_file(str(path))
            except Exception as error:  # `tokenizers` raises bare Exception, whatever is wrong with the file
                raise ReaderDamaged(f"The reader's vocabulary {path.name} cannot be read.", remedy=_REMEDY) from error
            tokenizer.no_truncation()
            tokenizer.no_padding()
            self._tokenizer = tokenizer
        return self._tokenizer

    def check(self) -> None:
        """Open everything.

        Raises:
            ReaderDamaged: A file is missing, damaged, or not of the form that is read.
        """
        _ = self.tokenizer
        self._opened()

    def run(self, window: Window) -> tuple[float, Array, Array, Array]:
        """Return logits: answers, start and end of each piece, supports (entails, contradicts, neither).

        Raises:
            ReaderDamaged: The weights cannot be used.
        """
        inputs = {
            "input_ids": np.array([window.ids], dtype=np.int64),
            "attention_mask": np.ones((1, len(window.ids)), dtype=np.int64),
            "token_type_ids": np.array([window.types], dtype=np.int64),
        }
        answers, start, end, supports = self._opened().run(None, inputs)
        return float(answers[0]), start[0], end[0], supports[0]

    def _opened(self) -> Any:
        with self._opening:
            if self._session is None:
                self._session = self._open()
            return self._session

    def _open(self) -> Any:
        import onnxruntime

        try:
            content = self._weights.read_bytes()
        except OSError as error:
            raise ReaderDamaged(f"The reader's weights {self._weights.name} are missing.", remedy=_REMEDY) from error
        if self._sha256 and hashlib.sha256(content).hexdigest() != self._sha256:
            raise ReaderDamaged(f"The reader's weights {self._weights.name} are damaged.", remedy=_REMEDY)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        # Idle threads that spin take the cores from whatever else runs.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        try:
            session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime has a tree of errors of its own, none of them public
            raise ReaderDamaged(f"{self._weights.name} is no reader's weights.", remedy=_REMEDY) from error
        if [output.name for output in session.get_outputs()] != ["answers", "start", "end", "supports"]:
            raise ReaderDamaged(f"{self._weights.name} is no reader's weights.", remedy=_REMEDY)
        return session
