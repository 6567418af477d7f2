"""Fetches a public address for an upload: ingest/sources/web.py does it; here its refusals become answers."""

from __future__ import annotations

import tempfile
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from bot.surfaces.web.errors import Refused
from bot.surfaces.web.storage.jobs import Incoming
from bot.surfaces.web.storage.uploads import given_name
from ingest.errors import TooLarge, Unreadable, UnsupportedType
from ingest.sources.web import FetchLimits, fetch, save

if TYPE_CHECKING:
    from bot.surfaces.web.auth import Caller
    from bot.surfaces.web.services import Services


def content_of(url: str, *, most_bytes: int) -> tuple[str, bytes]:
    """Return what an address is called as an upload, and what it gives.

    Raises:
        Refused: The address is not public, does not answer, or gives too much.
    """
    try:
        page = fetch(url, limits=FetchLimits(bytes=most_bytes))
    except TooLarge as error:
        raise Refused(413, "upload_too_large", error.message, remedy=error.remedy, param="url") from error
    except UnsupportedType as error:
        raise Refused(422, "address_refused", error.message, remedy=error.remedy, param="url") from error
    except Unreadable as error:
        raise Refused(502, "address_failed", error.message, remedy=error.remedy, param="url") from error
    parts = urlsplit(page.address)
    with tempfile.TemporaryDirectory(prefix="footnote-") as folder:
        copy = save(page, Path(folder))
        # Addresses that differ in their query alone are different documents.
        name = f"{copy.stem}?{parts.query[:80]}{copy.suffix}" if parts.query else copy.name
        return given_name(f"{parts.hostname}{unquote(parts.path).rpartition('/')[0]}/{name}"), copy.read_bytes()


def fetch_into(services: Services, caller: Caller, collection: str, url: str) -> dict[str, Any]:
    """Fetch an address, save it as an upload, and queue it. Runs in a thread.

    Raises:
        Refused: The address cannot be taken.
    """
    from bot.offline import refuse_if_offline

    refuse_if_offline("Reading an address")
    name, content = content_of(url, most_bytes=services.settings.file_megabytes * 2**20)
    path = services.uploads.save(BytesIO(content), collection, name)
    return services.jobs.add(caller.key, "address", collection, [Incoming(path, name)])
