"""Printed pages over HTTP: boxes of words, pictures, their ETags, and who may see them."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from web_site import Site, site

from bot.surfaces.web.pictures import KEPT_BYTES, Pictures
from bot.surfaces.web.storage.accounts import Accounts
from bot.surfaces.web.storage.database import Database
from ingest.reading.load import load
from ingest.splitting.split import split
from vectorstore.document import Document
from vectorstore.library import Library

FIGURES = Path(__file__).parents[4] / "documents" / "investment-figures.pdf"


def add_figures(library: Library, path: Path, collection: str) -> None:
    """Add a sample PDF that lies in a folder of the test's own."""
    shutil.copy(FIGURES, path)
    loaded = load(path)
    document = Document(
        id=hashlib.sha256(collection.encode()).hexdigest()[:16],
        source=str(path),
        title=f"Figures of {collection}",
        media_type=loaded.media_type,
        text=loaded.text,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        collection=collection,
        places=loaded.places,
    )
    library.add([(document, split(loaded.text))])


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Site]:
    """A site with a PDF of two collections, each with a file of its own."""
    with site(tmp_path) as running:
        for collection in ("default", "deals"):
            add_figures(running.bot.library, tmp_path / f"{collection}.pdf", collection)
        yield running


def pages_of(here: Site, id: str, **more: Any) -> Any:
    """Return the answer to where a run stands."""
    return here.client.get(f"/v1/documents/{id}/pages", params={"start": 0, "end": 30, **more})


def test_words_are_found_and_their_page_is_drawn(here: Site) -> None:
    """The boxes are shares of the page; both ways of counting lead to them; the picture is a PNG as wide as asked."""
    id = here.document("Figures of default")
    found = pages_of(here, id).json()
    assert found == pages_of(here, id, unit="utf16").json()
    (page,) = found["pages"]
    assert page["number"] == 1 and page["lit"] == "all" and not page["scanned"]
    assert all(0 <= box[side] <= 1 for box in page["boxes"] for side in ("x", "y", "width", "height"))
    drawn = here.client.get(page["picture"], params={"width": 401})
    assert drawn.status_code == 200 and drawn.headers["content-type"] == "image/png"
    assert drawn.content.startswith(b"\x89PNG") and int.from_bytes(drawn.content[16:20], "big") == 800
    assert drawn.headers["x-content-type-options"] == "nosniff"


def test_a_picture_is_drawn_once_and_asked_for_again_each_time(here: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The browser may keep it, and is told that it is still right; of the same size none is drawn twice."""
    path = f"/v1/documents/{here.document('Figures of default')}/pages/1"
    first = here.client.get(path, params={"width": 700})
    assert first.headers["cache-control"] == "private, no-cache"
    monkeypatch.setattr(here.services.printed, "picture", lambda *_: 1 / 0)
    again = here.client.get(path, params={"width": 800})
    assert (again.content, again.headers["etag"]) == (first.content, first.headers["etag"])
    known = here.client.get(path, params={"width": 800}, headers={"If-None-Match": first.headers["etag"]})
    assert known.status_code == 304 and not known.content and known.headers["etag"] == first.headers["etag"]


def test_a_file_that_is_gone_or_changed_is_said(here: Site, tmp_path: Path) -> None:
    """Also to a browser that has the picture: 409 as for the original, and no byte of the other file."""
    id = here.document("Figures of default")
    etag = here.client.get(f"/v1/documents/{id}/pages/1").headers["etag"]
    path = tmp_path / "default.pdf"
    path.write_bytes(path.read_bytes() + b"\n")
    for reply in (pages_of(here, id), here.client.get(f"/v1/documents/{id}/pages/1", headers={"If-None-Match": etag})):
        assert reply.status_code == 409 and reply.json()["error"]["code"] == "original_changed"
    path.unlink()
    assert pages_of(here, id).json()["error"]["code"] == "original_gone"


def test_what_has_no_pages_says_so(here: Site) -> None:
    """Of another kind there are none; of a PDF none beyond its last; widths are bounded."""
    party = here.document("Party")
    assert pages_of(here, party).json() == {"id": party, "pages": []}
    figures = here.document("Figures of default")
    for path in (f"{party}/pages/1", f"{figures}/pages/99"):
        missing = here.client.get(f"/v1/documents/{path}")
        assert missing.status_code == 404 and missing.json()["error"]["code"] == "page_missing"
    for width in (0, 100_000):
        assert here.client.get(f"/v1/documents/{figures}/pages/1", params={"width": width}).status_code == 422


def test_a_file_that_cannot_be_drawn_is_a_sentence(here: Site, tmp_path: Path) -> None:
    """It is the file that was read, but no PDF that can be drawn: 422 with words, and the server goes on."""
    path = tmp_path / "default.pdf"
    path.write_bytes(b"%PDF-1.7 and nothing more")
    id = here.document("Figures of default")
    here.bot.library.touch(id, sha256=hashlib.sha256(path.read_bytes()).hexdigest())
    for reply in (pages_of(here, id), here.client.get(f"/v1/documents/{id}/pages/1")):
        assert reply.status_code == 422 and reply.json()["error"]["code"] == "page_not_drawn"
        assert "Its text is still here." in reply.json()["error"]["remedy"]
    assert pages_of(here, here.document("Figures of deals")).status_code == 200


def test_pages_of_other_collections_do_not_exist_for_a_restricted_user(tmp_path: Path) -> None:
    """As its text: the same 404 as for a document that there is not, also with the picture's ETag."""
    tokens: dict[str, str] = {}

    def prepare(folder: Path) -> None:
        database = Database(folder)
        accounts = Accounts(database)
        accounts.add("rob")
        accounts.add("dora", collections=("deals",))
        tokens.update({name: accounts.add_token(name) for name in ("rob", "dora")})
        database.close()

    with site(tmp_path, prepare=prepare) as here:
        for collection in ("default", "deals"):
            add_figures(here.bot.library, tmp_path / f"{collection}.pdf", collection)
        get = lambda path, name, **more: here.client.get(  # noqa: E731
            path, headers={"Authorization": f"Bearer {tokens[name]}", **more}
        )
        hidden, open_to_her = here.document("Figures of default"), here.document("Figures of deals")
        seen = get(f"/v1/documents/{hidden}/pages/1", "rob")
        assert seen.status_code == 200
        for path in ("pages?start=0&end=30", "pages/1"):
            kept = {"If-None-Match": seen.headers["etag"]}
            refused = [get(f"/v1/documents/{id}/{path}", "dora", **kept) for id in (hidden, "0" * 16)]
            assert [reply.status_code for reply in refused] == [404, 404]
            bodies = [{**reply.json()["error"], "request_id": ""} for reply in refused]
            assert bodies[0] == bodies[1] and bodies[0]["code"] == "document_missing"
            assert get(f"/v1/documents/{open_to_her}/{path}", "dora").status_code == 200
            assert here.client.get(f"/v1/documents/{open_to_her}/{path}").status_code == 401


def test_pictures_are_kept_up_to_a_limit() -> None:
    """What was asked for longest ago goes first; the same picture is counted once."""
    pictures = Pictures()
    half = bytes(KEPT_BYTES // 2)
    pictures.add("a", half)
    pictures.add("a", half)
    pictures.add("b", half)
    assert pictures.get("a") is not None and pictures.get("b") is not None
    assert pictures.get("a") == half
    pictures.add("c", b"one more")
    assert pictures.get("b") is None and pictures.get("a") == half and pictures.get("c") == b"one more"
