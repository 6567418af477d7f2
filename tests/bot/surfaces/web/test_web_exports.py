"""Answers and conversations as downloads over HTTP."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from web_site import NOTICE, Site, site

from bot.exports import pdf
from bot.surfaces.web.routes import exports
from bot.surfaces.web.routes.exports import ENDINGS

TYPES = {
    "markdown": "text/markdown; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "json": "application/json",
}


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Site]:
    """A site of the small library."""
    with site(tmp_path) as made:
        yield made


def words_of(content: bytes) -> str:
    """Return what stands in a download, out of its package."""
    if not content.startswith(b"PK"):
        return content.decode()
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        names = ("word/document.xml", "word/footnotes.xml", "word/_rels/footnotes.xml.rels")
        return "".join(package.read(name).decode() for name in names)


@pytest.mark.parametrize("format", TYPES)
def test_a_conversation_is_downloaded_in_every_format(format: str, here: Site) -> None:
    """Its questions and quotations, with links to their place on the page; named after its title."""
    asked = here.ask("# notice <script>?", conversation="new")
    here.ask("Who is the king?", conversation=asked["conversation"])
    found = here.client.get(f"/v1/conversations/{asked['conversation']}/export?format={format}")
    assert found.headers["content-type"] == TYPES[format]
    ending = ENDINGS.get(format, ".json")
    assert found.headers["content-disposition"].startswith("attachment; ")
    assert f'notice _script_{ending}"' in found.headers["content-disposition"].replace("__", "_")
    words = words_of(found.content)
    assert NOTICE in words and "Who is the king?" in words
    if format == "json":
        assert json.loads(words)["turns"][0]["answer"] == asked
    else:
        assert "<script>?" not in words and f"#document={asked['citations'][0]['document']}" in words


@pytest.mark.parametrize("format", TYPES)
@pytest.mark.parametrize("kept", [True, False])
def test_one_answer_is_downloaded_in_every_format(format: str, kept: bool, here: Site) -> None:
    """A kept one, and one that belongs to no conversation."""
    asked = here.ask("notice?", **({"conversation": "new"} if kept else {}))
    here.ask("signed?", **({"conversation": asked["conversation"]} if kept else {}))
    found = here.client.get(f"/v1/answers/{asked['id']}/export", params={"format": format})
    assert found.status_code == 200 and found.headers["content-type"] == TYPES[format]
    assert f'notice_{ENDINGS.get(format, ".json")}"' in found.headers["content-disposition"]
    words = words_of(found.content)
    assert NOTICE in words and "Tokyo" not in words
    if format == "json":
        assert json.loads(words) == asked


def test_what_is_not_there_is_said(here: Site) -> None:
    """An answer, a conversation, a format."""
    asked = here.ask("notice?", conversation="new")
    missing = here.client.get(f"/v1/answers/ans_{'0' * 24}/export")
    assert missing.status_code == 404 and missing.json()["error"]["code"] == "answer_missing"
    assert here.client.get(f"/v1/conversations/cnv_{'0' * 24}/export").status_code == 404
    for path in (f"answers/{asked['id']}", f"conversations/{asked['conversation']}"):
        assert here.client.get(f"/v1/{path}/export?format=exe").status_code == 422


def test_the_status_tells_the_formats_and_a_missing_one_has_its_install_line(
    here: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that the page offers no PDF where none can be made."""
    monkeypatch.setattr(pdf, "available", lambda: False)
    assert here.client.get("/v1/status").json()["exports"] == ["docx", "html", "markdown"]
    asked = here.ask("notice?")
    refused = here.client.get(f"/v1/answers/{asked['id']}/export?format=pdf")
    assert refused.status_code == 422 and 'pip install "footnote-bot[pdf]"' in refused.json()["error"]["remedy"]


@pytest.mark.skipif(not pdf.available(), reason="the extra pdf is not installed")
def test_a_pdf_is_downloaded(here: Site) -> None:
    """Where it can be made."""
    asked = here.ask("notice?")
    found = here.client.get(f"/v1/answers/{asked['id']}/export?format=pdf")
    assert found.headers["content-type"] == "application/pdf" and found.content.startswith(b"%PDF-")


def test_an_older_kept_answer_is_exported_too(here: Site) -> None:
    """One whose passages were kept without their kinds."""
    asked = here.ask("notice?", conversation="new")
    for passage in asked["passages"]:
        assert passage.pop("kind")
    here.services.database.run("UPDATE turns SET answer = ?", json.dumps(asked))
    for path in (f"answers/{asked['id']}", f"conversations/{asked['conversation']}"):
        assert NOTICE in here.client.get(f"/v1/{path}/export").text


def test_code_of_a_kept_answer_keeps_its_lines() -> None:
    """The kind of its passage is kept with it."""
    from sample_answers import code

    from bot.surfaces.web.objects import answer_of

    answer = code()
    made: dict[str, Any] = json.loads(json.dumps(answer.as_dict()))
    assert "def add(a, b):\n" in exports.sheet_of_answer(answer_of(made), link=lambda found: "").notes[0].quote
