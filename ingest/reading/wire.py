"""What travels between the ingest and its workers: JSON, and text or a picture as bytes, which cannot run code."""

from __future__ import annotations

import json
import struct
from typing import IO, Any

from ingest import errors
from ingest.document import Loaded, LoadOptions
from ingest.errors import LoadError
from vectorstore.document import Heading, Place, Scan

_LENGTHS = struct.Struct(">QQ")


def send(pipe: IO[bytes], header: dict[str, Any], body: bytes = b"") -> None:
    """Write a message: a JSON header and bytes, each with its length before it."""
    head = json.dumps(header).encode()
    pipe.write(_LENGTHS.pack(len(head), len(body)))
    pipe.write(head)
    pipe.write(body)
    pipe.flush()


def receive(pipe: IO[bytes]) -> tuple[dict[str, Any], bytes]:
    """Read a message.

    Raises:
        EOFError: The other side is gone.
        ValueError: It is no message.
    """
    head, body = _LENGTHS.unpack(_exactly(pipe, _LENGTHS.size))
    header = json.loads(_exactly(pipe, head))
    if not isinstance(header, dict):
        raise ValueError("not a header")
    return header, _exactly(pipe, body)


def _exactly(pipe: IO[bytes], count: int) -> bytes:
    data = pipe.read(count)
    if len(data) != count:
        raise EOFError
    return data


def options_to_json(options: LoadOptions) -> dict[str, Any]:
    """Return options as JSON."""
    return {
        "passwords": options.passwords,
        "comments": options.comments,
        "ocr_languages": options.ocr_languages,
        "extra": dict(options.extra),
    }


def options_from_json(data: dict[str, Any]) -> LoadOptions:
    """Return the options that `options_to_json` wrote."""
    return LoadOptions(
        passwords=tuple(data["passwords"]),
        comments=data["comments"],
        ocr_languages=tuple(data["ocr_languages"]),
        extra=data["extra"],
    )


def loaded_to_json(loaded: Loaded) -> dict[str, Any]:
    """Return what a loader gave, without its text, as JSON."""
    return {
        "media_type": loaded.media_type,
        "title": loaded.title,
        "notes": list(loaded.notes),
        "said": list(loaded.said),
        "places": [p.record for p in loaded.places],
        "headings": [(h.start, h.end, h.level) for h in loaded.headings],
        "scans": [(scan.page, scan.words) for scan in loaded.scans],
    }


def loaded_from_json(data: dict[str, Any], text: str) -> Loaded:
    """Return what `loaded_to_json` wrote, with its text."""
    return Loaded(
        text=text,
        media_type=data["media_type"],
        title=data["title"],
        notes=tuple(data["notes"]),
        said=tuple((name, value) for name, value in data["said"]),
        places=tuple(Place(*place) for place in data["places"]),
        headings=tuple(Heading(*heading) for heading in data["headings"]),
        scans=tuple(Scan(page, tuple((*word,) for word in words)) for page, words in data["scans"]),
    )


def error_from_json(data: dict[str, Any]) -> LoadError:
    """Return the error of a worker, as the same kind of `LoadError`."""
    kind = getattr(errors, data["error"], None)
    if not (isinstance(kind, type) and issubclass(kind, LoadError)):
        kind = LoadError
    return kind(data["message"], remedy=data["remedy"])
