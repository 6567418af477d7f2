"""The optional deeper check: a cross-encoder trained on entailment (NLI), through sentence-transformers.

Off unless the setting `nli` names a model or a folder. Nothing is downloaded while a question waits: the
model must be on this machine already.
"""

from __future__ import annotations

from typing import Any

from bot.errors import ModelError
from bot.models.cross_encoder import open_cross_encoder


class Entailment:
    """A cross-encoder that says whether a premise entails a statement.

    Args:
        name: Folder, or name on the hub of a model that has been downloaded before.
        threshold: Probability of entailment from which a statement passes.

    Raises:
        ModelError: The model is not on this machine, or is no entailment model.
    """

    def __init__(self, name: str, *, threshold: float = 0.5) -> None:
        self.name = name
        self.threshold = threshold
        self._model = open_cross_encoder(name, purpose="entailment", setting="FOOTNOTE_NLI")
        self._label = _entailment_label(self._model, name)

    def entails(self, premise: str, statement: str) -> float:
        """Return the probability that `premise` entails `statement`, 0 to 1."""
        import numpy as np

        logits = np.asarray(self._model.predict([(premise, statement)], show_progress_bar=False), dtype=float)
        row = np.atleast_1d(logits[0])
        if row.size == 1:
            value = float(row[0])
            return value if 0.0 <= value <= 1.0 else float(1 / (1 + np.exp(-value)))
        exponents = np.exp(row - row.max())
        return float(exponents[self._label] / exponents.sum())


def _entailment_label(model: Any, name: str) -> int:
    """Return the index of the label that means entailment."""
    labels = getattr(model.model.config, "id2label", None) or {}
    if len(labels) <= 1:
        return 0
    for index, label in labels.items():
        if str(label).lower().startswith("entail"):
            return int(index)
    raise ModelError(
        f"{name} has no label called entailment ({', '.join(map(str, labels.values()))}).",
        remedy="Name a cross-encoder that was trained on natural language inference.",
    )
