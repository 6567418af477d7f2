"""The page's own files: read once, compressed once, served with an ETag and a strict policy."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from fastapi import FastAPI, Request
from starlette.responses import Response

from bot.surfaces.web.errors import Refused

FOLDER = Path(__file__).with_name("page")
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
    ".txt": "text/plain; charset=utf-8",
}
"""What the page may consist of; other files in the folder are not served."""
COMPRESSIBLE = ("text/", "application/", "image/svg")


@dataclass(frozen=True, slots=True)
class Asset:
    """One file of the page."""

    content: bytes
    packed: bytes
    media_type: str
    etag: str


def read_assets(folder: Path) -> dict[str, Asset]:
    """Return the page's files by their path below `folder`, "/" between folders."""
    assets = {}
    for path in sorted(folder.rglob("*")):
        media_type = MEDIA_TYPES.get(path.suffix)
        if not media_type or not path.is_file():
            continue
        content = path.read_bytes()
        packed = gzip.compress(content, mtime=0) if media_type.startswith(COMPRESSIBLE) else b""
        etag = f'"{sha256(content).hexdigest()[:32]}"'
        assets[path.relative_to(folder).as_posix()] = Asset(content, packed, media_type, etag)
    return assets


def add_page(app: FastAPI, folder: Path = FOLDER) -> None:
    """Serve the files of `folder`: index.html at "/", all of them below "/web/"."""
    assets = read_assets(folder)

    async def page(request: Request) -> Response:
        return answer(request, "index.html")

    async def file(path: str, request: Request) -> Response:
        return answer(request, path)

    def answer(request: Request, name: str) -> Response:
        # Looked up by name in what was read at the start: there is no path to climb out of.
        asset = assets.get(name)
        if not asset:
            raise Refused(404, "not_found", "There is nothing at this address.")
        headers = {
            "Content-Security-Policy": PAGE_POLICY,
            "Cache-Control": "no-cache",
            "ETag": asset.etag,
            "Vary": "Accept-Encoding",
        }
        if asset.etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        if asset.packed and "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return Response(asset.packed, media_type=asset.media_type, headers=headers)
        return Response(asset.content, media_type=asset.media_type, headers=headers)

    app.add_api_route("/", page, methods=["GET", "HEAD"], include_in_schema=False)
    app.add_api_route("/web/{path:path}", file, methods=["GET", "HEAD"], include_in_schema=False)
