"""Documents with a list of readers over HTTP: what is kept of them too, when a list changes, and when they are gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from web_site import LEASE, NOTICE, SIGNED, Site, site

from bot.surfaces.web.storage.accounts import Accounts
from bot.surfaces.web.storage.database import Database
from ingest.splitting.split import split
from vectorstore.access import ACCESS, stored
from vectorstore.passage import Filter

TOKEN = "a-token-of-more-than-sixteen-characters"
tokens: dict[str, str] = {"nobody": TOKEN}


def people(folder: Path) -> None:
    """Add three editors, of whom ana is named by lists, eve is in the group that they name, and ben is neither."""
    database = Database(folder)
    accounts = Accounts(database)
    for name, groups in (("ana", ()), ("eve", ("board",)), ("ben", ("staff",))):
        accounts.add(name, role="editor", groups=groups)
        tokens[name] = accounts.add_token(name)
    database.close()


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Site]:
    """A site with three editors and an access token, whose lease is for ana and for the group board."""
    chosen = {"access_token": TOKEN, "question_log": True}
    with site(tmp_path, prepare=people, settings=chosen) as running:
        close(running, ["person:ana", "group:board"])
        yield running


def close(here: Site, names: list[str] | None) -> str:
    """Give the lease a list of readers, or take its list away; return its id."""
    library = here.bot.library
    document = library.document(here.document("Lease of the house"))
    said = () if names is None else ((ACCESS, stored(names)),)
    library.add([(replace(document, said=said), split(document.text, headings=document.headings))])
    return document.id


def tag(here: Site, title: str, tags: str) -> None:
    """Give a document tags beside what else is said of it."""
    library = here.bot.library
    document = library.document(here.document(title))
    library.describe(replace(document, said=(*document.said, ("tags", tags))))


def call(here: Site, who: str, method: str, path: str, **more: Any) -> Any:
    """Send a request as somebody and return the response."""
    headers = {"Authorization": f"Bearer {tokens[who]}", **more.pop("headers", {})}
    return here.client.request(method, path, headers=headers, **more)


def asked(here: Site, who: str, **more: Any) -> dict[str, Any]:
    """Ask for the notice period as somebody."""
    response = call(here, who, "POST", "/v1/ask", json={"question": "notice?", **more})
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


@pytest.mark.parametrize(("who", "sees"), [("ana", True), ("eve", True), ("ben", False), ("nobody", False)])
def test_a_document_exists_for_whom_its_list_names(here: Site, who: str, sees: bool) -> None:
    """By name, and by group; for others, and for the access token, each way to it answers as for one that never was."""
    lease, never = here.document("Lease of the house"), "0" * 16
    assert asked(here, who)["abstained"] is not sees
    assert (LEASE[:5] in call(here, who, "POST", "/v1/search", json={"query": "lease notice"}).text) is sees
    listed = call(here, who, "GET", "/v1/documents").json()
    assert (lease in {one["id"] for one in listed["documents"]}) is sees
    assert listed["total"] == call(here, who, "GET", "/v1/status").json()["documents"] == (4 if sees else 3)
    counts = {c["name"]: c["documents"] for c in call(here, who, "GET", "/v1/collections").json()["collections"]}
    assert counts["default"] == (2 if sees else 1)
    for method, path, body in (
        ("GET", "/v1/documents/{id}", None),
        ("GET", "/v1/documents/{id}/text", None),
        ("GET", "/v1/documents/{id}/original", None),
        ("GET", "/v1/documents/{id}/pages?start=0&end=5", None),
        ("GET", "/v1/documents/{id}/pages/1", None),
        ("PATCH", "/v1/documents/{id}", {"collection": "deals"}),
        ("POST", "/v1/documents/{id}/reingest", None),
        ("DELETE", "/v1/documents/{id}", None),
    ):
        if sees and method in ("PATCH", "DELETE"):
            continue
        got, missing = (call(here, who, method, path.format(id=id), json=body) for id in (lease, never))
        if sees:
            assert got.status_code != missing.status_code or got.json()["error"]["code"] != "document_missing"
        else:
            assert (got.status_code, got.json()["error"]["code"]) == (404, "document_missing")
            assert {**got.json()["error"], "request_id": ""} == {**missing.json()["error"], "request_id": ""}
    for chosen in ({"documents": [lease]}, {"sources": ["*lease*"]}, {"collections": ["default"]}):
        found = call(here, who, "POST", "/v1/ask", json={"question": "notice?", "filter": chosen})
        assert (NOTICE in found.text) is sees
        table = call(here, who, "POST", "/v1/survey?format=csv", json={"questions": ["notice?"], "filter": chosen})
        assert ("Lease of the house" in table.text) is sees
    chat = {"model": "footnote", "messages": [{"role": "user", "content": "notice?"}]}
    assert (NOTICE in call(here, who, "POST", "/v1/chat/completions", json=chat).text) is sees
    assert ("documents 4.0" in call(here, who, "GET", "/metrics").text) is sees


def test_who_needs_not_sign_in_sees_all(tmp_path: Path) -> None:
    """The one person at this machine owns the library, whatever its lists say."""
    with site(tmp_path) as here:
        lease = close(here, ["person:ana"])
        assert not here.ask("notice?")["abstained"]
        assert here.client.get(f"/v1/documents/{lease}").status_code == 200


def test_an_answer_tells_which_of_its_documents_are_restricted(here: Site) -> None:
    """So that whoever passes it on knows; others are not named."""
    lease = here.document("Lease of the house")
    assert asked(here, "ana")["restricted"] == [lease]
    assert call(here, "ana", "POST", "/v1/ask", json={"question": "signed?"}).json()["restricted"] == []


def test_tags_are_listed_for_whom_their_documents_exist(here: Site) -> None:
    """Counted, in one writing of capitals; one that only others' documents have is told to nobody else."""
    assert call(here, "ana", "GET", "/v1/tags").json() == {"tags": []}
    tag(here, "Lease of the house", "severance, Depot")
    tag(here, "Brief", "depot, öffentlich")
    public = [{"name": "depot", "documents": 1}, {"name": "öffentlich", "documents": 1}]
    assert call(here, "ben", "GET", "/v1/tags").json()["tags"] == public
    seen = call(here, "ana", "GET", "/v1/tags").json()["tags"]
    assert [(one["name"].casefold(), one["documents"]) for one in seen] == [
        ("depot", 2), ("severance", 1), ("öffentlich", 1),
    ]  # fmt: skip
    tags = {one["title"]: one["tags"] for one in call(here, "ben", "GET", "/v1/documents").json()["documents"]}
    assert tags.pop("Brief") == ["depot", "öffentlich"] and not any(tags.values())


@pytest.mark.parametrize("change", ["the list", "the document", "the group"])
def test_what_was_kept_is_closed_with_its_document(here: Site, change: str) -> None:
    """A conversation, its search, its exports, and what it says to the next question; and back again with the list."""
    answer = asked(here, "eve", conversation="new")
    talk = answer["conversation"]
    paths = (f"/v1/conversations/{talk}", f"/v1/conversations/{talk}/export", f"/v1/answers/{answer['id']}/export")
    assert all(NOTICE in call(here, "eve", "GET", path).text for path in paths)
    assert call(here, "eve", "GET", "/v1/conversations?query=period of 30").json()["conversations"]
    lease = here.document("Lease of the house")
    if change == "the list":
        close(here, ["person:ana"])
    elif change == "the document":
        here.bot.library.remove([lease])
    else:
        here.services.accounts.add("eve", role="editor", groups=("staff",))
    for path in paths:
        assert NOTICE not in call(here, "eve", "GET", path).text, path
    assert call(here, "eve", "GET", paths[0]).json()["turns"][0]["hidden"] is True
    assert not call(here, "eve", "GET", "/v1/conversations?query=period of 30").json()["conversations"]
    assert call(here, "eve", "GET", "/v1/conversations?query=notice").json()["conversations"]  # the own question
    asked(here, "eve", conversation=talk)
    assert here.bot.asked[-1][1] is not None and not here.bot.asked[-1][1].turns
    if change == "the document":
        here.bot.library.restore([lease])
    elif change == "the group":
        here.services.accounts.add("eve", role="editor", groups=("board",))
    else:
        close(here, None)
    assert NOTICE in call(here, "eve", "GET", paths[0]).text


def test_others_feedback_on_it_is_not_read(here: Site) -> None:
    """An editor whom the list does not name reads neither the answer nor that there is feedback on it."""
    answer = asked(here, "ana")
    call(here, "ana", "POST", "/v1/feedback", json={"answer": answer["id"], "thumb": "up", "comment": "right"})
    for who, reads in (("ana", True), ("eve", True), ("ben", False), ("nobody", False)):
        assert bool(call(here, who, "GET", "/v1/feedback").json()["feedback"]) is reads
        assert (NOTICE in call(here, who, "GET", "/v1/feedback/export").text) is reads
    here.bot.library.remove([here.document("Lease of the house")])
    assert call(here, "eve", "GET", "/v1/feedback").json()["feedback"] == []


def test_the_desk_is_that_of_the_documents_one_may_see(here: Site) -> None:
    """What was never cited, and notes; a document with a list is not among them for others."""
    asked(here, "ana")
    for who, count in (("ana", 3), ("ben", 3)):
        desk = call(here, who, "GET", "/v1/desk/documents").json()
        titles = {one["title"] for one in (*desk["never_cited"], *desk["noted"])}
        assert "Lease of the house" not in titles and desk["never_cited_total"] == count
    call(here, "ana", "POST", "/v1/ask", json={"question": "signed?"})
    assert call(here, "ben", "GET", "/v1/desk/documents").json()["never_cited_total"] == 2


def curated(here: Site, who: str, *documents: tuple[str, str]) -> Any:
    """Write an answer that rests on sentences (document, words), as somebody."""
    sources = []
    for id, words in documents:
        start = here.bot.library.text(id).index(words)
        sources.append({"document": id, "start": start, "end": start + len(words)})
    body = {"questions": ["How long is the period?"], "text": "A month is the period.", "sources": sources}
    return call(here, who, "POST", "/v1/desk/answers", json=body)


def test_an_editors_answer_is_for_whom_its_sources_are(here: Site) -> None:
    """In lists, by its id, and among what is found; also when the list of a source is changed after it was written."""
    lease = here.document("Lease of the house")
    refused = curated(here, "ben", (lease, NOTICE))
    assert (refused.status_code, refused.json()["error"]["code"]) == (404, "document_missing")
    written = curated(here, "eve", (lease, NOTICE))
    assert written.status_code == 201, written.text
    id = written.json()["id"]

    def seen_by(who: str) -> bool:
        found = {
            bool(call(here, who, "GET", "/v1/desk/answers").json()["answers"]),
            call(here, who, "GET", f"/v1/documents/{id}").status_code == 200,
            "A month" in call(here, who, "POST", "/v1/search", json={"query": "A month is the period"}).text,
        }
        assert len(found) == 1, (who, found)
        return found.pop()

    assert [seen_by(who) for who in ("ana", "eve", "ben", "nobody")] == [True, True, False, False]
    close(here, ["person:ana"])
    assert [seen_by(who) for who in ("ana", "eve", "ben")] == [True, False, False]
    close(here, None)
    assert [seen_by(who) for who in ("ana", "eve", "ben")] == [True, True, False]  # as it was written, for those two


def test_an_editors_answer_from_documents_of_different_people_is_refused(here: Site) -> None:
    """Nobody could be told who may read it."""
    lease, party = here.document("Lease of the house"), here.document("Party")
    document = here.bot.library.document(party)
    said = ((ACCESS, stored(["person:eve"])),)
    moved = replace(document, said=said, collection="default")
    here.bot.library.add([(moved, split(document.text))])
    refused = curated(here, "eve", (lease, NOTICE), (party, "The party begins at nine."))
    assert refused.status_code == 422 and "different people" in refused.json()["error"]["message"]
    assert not here.bot.library.documents(Filter(sources=("*curated*",)))


def test_an_answer_that_breaks_its_promise_is_not_shown(here: Site) -> None:
    """A search that ignores who asks gives an error and no word of the document."""
    here.bot.leak = True
    response = call(here, "ben", "POST", "/v1/ask", json={"question": "notice?"})
    assert response.status_code == 500 and NOTICE not in response.text
    stream = call(here, "ben", "POST", "/v1/ask", json={"question": "notice?"}, headers={"Accept": "text/event-stream"})
    assert NOTICE not in stream.text and "internal" in stream.text
    assert SIGNED in call(here, "ben", "POST", "/v1/ask", json={"question": "signed?"}).text


def test_a_collection_of_closed_documents_is_not_there(here: Site) -> None:
    """Neither in lists, nor as a filter, nor as a model's name."""
    here.bot.library.move(here.document("Lease of the house"), "board papers")
    for who, there in (("ana", True), ("ben", False), ("nobody", False)):
        assert ("board papers" in call(here, who, "GET", "/v1/collections").text) is there
        assert ("board papers" in call(here, who, "GET", "/v1/models").text) is there
        body = {"question": "notice?", "filter": {"collections": ["board papers"]}}
        assert (call(here, who, "POST", "/v1/ask", json=body).status_code == 200) is there


def test_a_removed_document_is_restored_by_whom_its_list_names(here: Site) -> None:
    """For others there is nothing to restore."""
    lease = here.document("Lease of the house")
    assert call(here, "ana", "DELETE", f"/v1/documents/{lease}").status_code == 204
    for who in ("ben", "nobody"):
        assert call(here, who, "GET", "/v1/removed").json() == {"documents": [], "total": 0}
        assert call(here, who, "POST", f"/v1/documents/{lease}/restore").status_code == 404
    assert call(here, "eve", "POST", f"/v1/documents/{lease}/restore").status_code == 200
    assert call(here, "ben", "GET", f"/v1/documents/{lease}").status_code == 404
