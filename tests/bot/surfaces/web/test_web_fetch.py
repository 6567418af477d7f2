"""Reading addresses for an upload: what the one fetcher refuses becomes an answer with a status."""

from __future__ import annotations

import pytest

from bot.surfaces.web import addresses
from bot.surfaces.web.addresses import content_of
from bot.surfaces.web.errors import Refused
from ingest.errors import LoadError, TooLarge, Unreadable, UnsupportedType
from ingest.sources.web import FetchLimits, Page


def gives(monkeypatch: pytest.MonkeyPatch, page: Page | LoadError) -> None:
    """Let the fetcher give a page or raise."""

    def fetch(address: str, *, limits: FetchLimits) -> Page:
        assert limits.bytes == 1_000
        if isinstance(page, LoadError):
            raise page
        return page

    monkeypatch.setattr(addresses, "fetch", fetch)


@pytest.mark.parametrize(
    ("page", "name"),
    [
        (Page("https://a.example/docs/page", "text/html", b"x"), "a.example/docs/page.html"),
        (Page("https://a.example/", "text/html", b"x"), "a.example/page.html"),
        (Page("https://a.example/report.pdf", "application/pdf", b"x"), "a.example/report.pdf"),
        (Page("https://a.example/notes.md", "text/plain", b"x"), "a.example/notes.md"),
        (Page("https://a.example/show?id=2", "text/html", b"x"), "a.example/show?id=2.html"),
    ],
)
def test_an_upload_is_called_after_its_address(monkeypatch: pytest.MonkeyPatch, page: Page, name: str) -> None:
    """With the ending of its kind, so that the page of a site looks like one; a query is part of the name."""
    gives(monkeypatch, page)
    assert content_of("https://a.example/asked", most_bytes=1_000) == (name, b"x")


@pytest.mark.parametrize(
    ("error", "status"),
    [(UnsupportedType("Not public.", remedy="r"), 422), (Unreadable("Gone.", remedy="r"), 502), (TooLarge("m"), 413)],
)
def test_refusals_have_their_status(monkeypatch: pytest.MonkeyPatch, error: LoadError, status: int) -> None:
    """422 for what is not read, 502 for what does not answer, 413 for what is too large, in the fetcher's words."""
    gives(monkeypatch, error)
    with pytest.raises(Refused) as refused:
        content_of("https://a.example/", most_bytes=1_000)
    assert refused.value.status == status
    assert refused.value.message == error.message


def test_inner_addresses_are_refused_without_a_connection() -> None:
    """The metadata service of a cloud, and this machine, are no public addresses."""
    for url in ("http://169.254.169.254/latest/meta-data/", "http://127.0.0.1/", "http://[::ffff:10.0.0.1]/"):
        with pytest.raises(Refused) as refused:
            content_of(url, most_bytes=1_000)
        assert refused.value.status == 422
