"""The encoder's network: the six layers of all-MiniLM-L6-v2, and a linear map so that it begins near the teacher."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch.nn import functional
from transformers import BertModel

WIDTH = 384


class EncoderModel(nn.Module):
    """Returns token vectors, (batch, tokens, WIDTH); a text's vector is their mean, of length 1."""

    def __init__(self, base: Path) -> None:
        super().__init__()
        self.bert = BertModel.from_pretrained(str(base), add_pooling_layer=False)
        self.map = nn.Linear(WIDTH, WIDTH)
        with torch.no_grad():
            self.map.weight.copy_(torch.eye(WIDTH))
            self.map.bias.zero_()

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """Run the encoder and the map."""
        hidden: torch.Tensor = self.bert(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mapped: torch.Tensor = self.map(hidden)
        return mapped


def pooled(hidden: torch.Tensor, where: torch.Tensor) -> torch.Tensor:
    """Return the means of token vectors, of length 1.

    Args:
        hidden: Token vectors, (tokens of all rows, WIDTH).
        where: For each text its tokens' share, (texts, tokens of all rows); each row sums to 1.
    """
    return functional.normalize(where @ hidden, dim=-1)


def fitted_map(
    given: npt.NDArray[np.float32], wanted: npt.NDArray[np.float32], *, ridge: float = 1e-2
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Return weight (WIDTH, WIDTH) and bias of the linear map from `given` to `wanted` by least squares.

    Args:
        given, wanted: Vectors of the same texts, (texts, WIDTH).
        ridge: Share of the mean variance that is added to each direction.
    """
    centre, aim = given.mean(0), wanted.mean(0)
    left, right = given - centre, wanted - aim
    square = left.T @ left
    square += np.eye(WIDTH, dtype=np.float32) * ridge * np.trace(square) / WIDTH
    weight = np.linalg.solve(square, left.T @ right).T.astype(np.float32)
    return weight, (aim - weight @ centre).astype(np.float32)
