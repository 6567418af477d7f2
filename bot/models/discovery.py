"""The chat models that this machine has already: files of other programs, and servers that run here.

`footnote models` shows them with whether they will do, and `footnote models use NAME` sets one.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from bot.errors import ModelError, SettingError
from bot.models.catalogue import TABLE
from bot.models.folders import ModelFile, model_files
from bot.models.gguf import Header, parts_of, read_header
from bot.models.local import DEFAULT_CONTEXT, SMALL
from bot.models.memory import gigabytes, memory_free, memory_needed, memory_total
from bot.models.servers import Answering, Listing, ollama_elsewhere, servers_here

Verdict = Literal["yes", "perhaps", "no"]
"""Whether a model will do: well, with something to know, or not at all."""

LEAST_CONTEXT = 2_048
"""Tokens of context below which a question, its rules and a few passages do not fit."""
_ENCODERS = re.compile(r"bert|^t5encoder$|embed|^clip$|whisper|^wavtokenizer", re.IGNORECASE)
"""Architectures that write nothing."""
_OTHER_KINDS = frozenset({"mmproj", "adapter", "vocab", "imatrix"})
"""What a GGUF file may be instead of a model."""
_EMBEDS = re.compile(r"embed|(?:^|[/_-])(?:bge|gte|e5)[_-]|minilm|rerank", re.IGNORECASE)
_PROJECTOR = re.compile(r"(?:^|[/_.-])mmproj", re.IGNORECASE)
_BASE = re.compile(r"(?:^|[\s:/_.-])(?:base|pt|pretrained?|text)(?:$|[\s:/_.-])", re.IGNORECASE)
_INSTRUCT = re.compile(r"instruct|chat|(?:^|[\s:/_.-])it(?:$|[\s:/_.-])", re.IGNORECASE)
_THINKS = re.compile(r"<think|enable_thinking|\[THINK\]|<\|channel\|>|reasoning_effort", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """A model of this machine.

    Attributes:
        name: What `footnote models use` takes.
        model: Value of the setting `model` that means it.
        where: Whose file or server it is, in words.
        verdict: Whether it will do.
        why: What is to be known of it, in words; "" for nothing.
        url: Value of the setting `model_url`; "" for none.
        path: Its file, or None for one of a server.
        size: Bytes of its file, 0 where a server does not say.
        memory: Bytes that it needs, about; 0 for a server's.
        context: For a file, tokens that it was trained for; for a server's, those that it takes; 0 if not said.
        parameters: Numbers in it; 0 if not said.
    """

    name: str
    model: str
    where: str
    verdict: Verdict
    why: str = ""
    url: str = ""
    path: Path | None = None
    size: int = 0
    memory: int = 0
    context: int = 0
    parameters: int = 0


def find_models(cache: str = "", *, environ: Mapping[str, str] | None = None, home: Path | None = None) -> list[Found]:
    """Return the chat models of this machine, those that will do first. Embedding models and the like are left out.

    Args:
        cache: Footnote's own cache folder; "" for the user's.
        environ: Variables that say where programs keep files and listen; those of the process if None.
        home: The person's home folder.
    """
    own = {model.file: model.name for model in TABLE}
    found = [one for answer in servers_here(environ) for one in _of_server(answer, environ)]
    for file in model_files(cache, environ=environ, home=home):
        if one := _of_file(file, named=own.get(file.path.name, "") if file.where == "Footnote" else ""):
            found.append(one)
    order = {"yes": 0, "perhaps": 1, "no": 2}
    return _with_names_of_their_own(sorted(found, key=lambda one: order[one.verdict]))


def choose(name: str, found: Sequence[Found]) -> Found | None:
    """Return the model that a person means: by its whole name, else the only usable one with that in its name.

    Returns:
        The model; None where none is called so.

    Raises:
        SettingError: Several are meant, or the one that is will not do.
    """
    wanted = name.strip().lower()
    same = [one for one in found if wanted in (one.name.lower(), one.model.lower())]
    like = same or [one for one in found if wanted in one.name.lower() and one.verdict != "no"]
    if len(like) > 1:
        names = ", ".join(one.name for one in like)
        raise SettingError(f"{name!r} may mean {names}.", remedy="Write more of the name.")
    if like and like[0].verdict == "no":
        raise SettingError(
            f"{like[0].name} will not do: {like[0].why}.", remedy="`footnote models` shows which ones will."
        )
    return like[0] if like else None


def judge(header: Header, *, name: str = "", total: int | None, free: int | None) -> tuple[Verdict, str] | None:
    """Say whether a model will do, and what is to be known of it; None for what is no chat model at all.

    Args:
        header: What its file says.
        name: What its owner calls it.
        total: Bytes of memory of this machine; None where the system does not say.
        free: Those that a program can take.
    """
    if header.kind in _OTHER_KINDS or header.pooled or _ENCODERS.search(header.architecture):
        return None
    if _EMBEDS.search(name) or _PROJECTOR.search(name):
        return None
    if header.sees:
        return "no", "Ollama keeps it in a form of its own, for pictures too; start Ollama and use it from there"
    if not header.chat:
        return "no", "it has no chat template: a base model, which writes on and does not answer"
    names = f"{name} {header.name}"
    if _BASE.search(names) and not _INSTRUCT.search(names):
        return "no", "a base model, which writes on and does not answer"
    if 0 < header.context < LEAST_CONTEXT:
        return "no", f"a context of {header.context:,} tokens is too short"
    context = min(DEFAULT_CONTEXT, header.context or DEFAULT_CONTEXT)
    needed = memory_needed(header, context)
    if total is not None and needed > total:
        return "no", f"needs {gigabytes(needed)} of memory; this machine has {gigabytes(total)}"
    known = []
    if free is not None and needed > free:
        known.append(f"needs {gigabytes(needed)} of memory; {gigabytes(free)} are free")
    if 0 < header.parameters < SMALL:
        known.append("small: what it may say is held to single sentences")
    verdict: Verdict = "perhaps" if known else "yes"
    if _THINKS.search(header.template):
        known.append("a reasoning model: its thoughts are not shown, and take time")
    return verdict, "; ".join(known)


def _of_file(file: ModelFile, *, named: str) -> Found | None:
    """Return a file as a model; None where it is no chat model, or one that cannot be opened by us."""
    model = f"local:{named or file.path}"
    missing = [part for part in parts_of(file.path) if not part.is_file()]
    name = named or re.sub(r"-\d{5}-of-\d{5}$", "", file.name)
    if missing:
        count = len(parts_of(file.path))
        why = f"{count - len(missing)} of its {count} parts are here"
        return Found(name, model, file.where, "no", why, path=file.path)
    try:
        header = read_header(file.path)
    except ModelError:
        return Found(name, model, file.where, "no", "not a whole GGUF file", path=file.path)
    judged = judge(header, name=file.name, total=memory_total(), free=memory_free())
    if judged is None:
        return None
    context = min(DEFAULT_CONTEXT, header.context or DEFAULT_CONTEXT)
    return Found(
        name,
        model,
        file.where,
        *judged,
        path=file.path,
        size=header.size,
        memory=memory_needed(header, context),
        context=header.context,
        parameters=header.parameters,
    )


def _of_server(answer: Answering, environ: Mapping[str, str] | None) -> list[Found]:
    where = f"{answer.server.name} at {answer.address.removeprefix('http://')}"
    found = []
    for listed in answer.models:
        if listed.kind == "embedding" or _EMBEDS.search(listed.id):
            continue
        model, url = _setting(answer, listed, environ)
        found.append(
            Found(
                f"{answer.server.key}:{listed.id}",
                model,
                where,
                *_judge_listed(listed),
                url=url,
                size=listed.size,
                context=listed.context,
            )
        )
    return found


def _judge_listed(listed: Listing) -> tuple[Verdict, str]:
    """Say whether a server's model will do, by what its list says: no more is asked of it."""
    if listed.kind == "elsewhere":
        return "no", "it does not run here: the server would send your text on"
    if _BASE.search(listed.id) and not _INSTRUCT.search(listed.id):
        return "no", "a base model, which writes on and does not answer"
    if 0 < listed.context < LEAST_CONTEXT:
        return "no", f"a context of {listed.context:,} tokens is too short"
    return "yes", ""


def _setting(answer: Answering, listed: Listing, environ: Mapping[str, str] | None) -> tuple[str, str]:
    """Return the settings `model` and `model_url` for a server's model."""
    address = answer.address + answer.server.base
    if answer.server.key != "ollama":
        return (f"openai:{listed.id}" if ":" in listed.id else listed.id), address
    if importlib.util.find_spec("langchain_ollama") or not importlib.util.find_spec("langchain_openai"):
        # Without an address, the provider goes where the environment says.
        return f"ollama:{listed.id}", address if ollama_elsewhere(environ) else ""
    return f"openai:{listed.id}", f"{answer.address}/v1"


def _with_names_of_their_own(found: list[Found]) -> list[Found]:
    """Tell models of one name apart by whose they are, and by a number where that is the same too."""
    taken: set[str] = set()
    named = []
    for one in found:
        choices = (one.name, f"{one.name} ({one.where})", *(f"{one.name} ({one.where} {n})" for n in range(2, 1_000)))
        name = next(choice for choice in choices if choice.lower() not in taken)
        taken.add(name.lower())
        named.append(replace(one, name=name))
    return named
