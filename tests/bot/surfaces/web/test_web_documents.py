"""Documents over HTTP: list, text with both kinds of offsets, originals, uploads, jobs, removal."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from web_server import wait_until
from web_site import EMOJI, LEASE, PARTY, Site, site

from bot.surfaces.web.storage.jobs import Incoming, OnFile
from bot.surfaces.web.storage.uploads import given_name
from vectorstore.dates import now

MARKDOWN = b"# Holiday rules\n\nEverybody has 28 days of holiday a year. Unused days expire in March.\n"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Site]:
    """A site that needs no sign-in."""
    with site(tmp_path) as running:
        yield running


def finished(here: Site, job: dict[str, Any]) -> dict[str, Any]:
    """Wait for a job and return it."""
    path = f"/v1/jobs/{job['id']}"
    assert wait_until(lambda: here.client.get(path).json()["finished"] is not None, 60)
    found: dict[str, Any] = here.client.get(path).json()
    return found


def upload(here: Site, *files: tuple[str, bytes], **data: str) -> dict[str, Any]:
    """Upload files and return the finished job."""
    response = here.client.post("/v1/documents", files=[("files", file) for file in files], data=data)
    assert response.status_code == 202, response.text
    return finished(here, response.json()["job"])


def test_documents_are_listed_by_title_and_page_by_page(here: Site) -> None:
    """Three documents and one; the cursor leads to the rest; a query looks in title and source."""
    listed = here.client.get("/v1/documents?limit=2").json()
    rest = here.client.get(f"/v1/documents?limit=2&cursor={listed['next']}").json()
    titles = [d["title"] for d in (*listed["documents"], *rest["documents"])]
    assert titles == sorted(titles, key=str.casefold) and len(titles) == listed["total"] == 4
    assert rest["next"] is None
    found = here.client.get("/v1/documents", params={"query": "LEASE"}).json()["documents"]
    assert [d["title"] for d in found] == ["Lease of the house"] and found[0]["pages"] == 2
    assert not found[0]["uploaded"] and not found[0]["original"] and found[0]["name"] == "lease.pdf"


def test_an_outline_has_headings_and_places(here: Site) -> None:
    """Headings are cut from the text at their offsets; pages are numbered."""
    document = here.client.get(f"/v1/documents/{here.document('Lease of the house')}").json()
    assert [h["text"] for h in document["headings"]] == ["Lease", "Repairs"]
    assert [p["number"] for p in document["places"]] == [1, 2]
    assert LEASE[document["places"][1]["start"] :].startswith("Repairs")


def test_text_is_read_by_code_points_and_by_utf16_units(here: Site) -> None:
    """The same run is found both ways though emoji stand before it; the answer tells both."""
    path = f"/v1/documents/{here.document('Party')}/text"
    start, end = EMOJI.index(PARTY), EMOJI.index(PARTY) + len(PARTY)
    by_points = here.client.get(path, params={"start": start, "end": end}).json()
    assert by_points["text"] == PARTY
    units = {"start": by_points["start_utf16"], "end": by_points["end_utf16"], "unit": "utf16"}
    assert here.client.get(path, params=units).json() == by_points
    whole = here.client.get(path).json()
    assert whole["text"] == EMOJI and whole["length"] == len(EMOJI)
    assert whole["length_utf16"] == len(EMOJI.encode("utf-16-le")) // 2


def test_offsets_past_the_end_are_clipped(here: Site) -> None:
    """A run outside the text is empty, one across its end is cut."""
    path = f"/v1/documents/{here.document('Party')}/text"
    assert here.client.get(path, params={"start": 10**9}).json()["text"] == ""
    assert here.client.get(path, params={"start": 1, "end": 10**9}).json()["text"] == EMOJI[1:]
    assert here.client.get(path, params={"start": 9, "end": 3}).json()["text"] == ""
    assert here.client.get(path, params={"start": -1}).status_code == 422


@pytest.mark.parametrize("id", ["../../etc/passwd", "..%2f..%2fetc%2fpasswd", "0", "lease.pdf", "0" * 17, "%00"])
def test_only_ids_name_documents(here: Site, id: str) -> None:
    """Paths, titles and odd bytes are no ids: nothing is looked up by them."""
    for path in ("", "/text", "/original"):
        response = here.client.get(f"/v1/documents/{id}{path}")
        assert response.status_code == 404
        assert "pattern" not in response.json()["error"]["message"]


@pytest.mark.parametrize("sort", ["document", "conversation", "job"])
def test_an_id_without_the_form_of_one_is_missing(here: Site, sort: str) -> None:
    """A made-up id is answered as one that is not there, in words, not with a rule for ids."""
    error = here.client.get(f"/v1/{sort}s/nope").json()["error"]
    assert (error["code"], error["message"]) == (f"{sort}_missing", f"There is no {sort} with this id.")


def test_an_upload_is_read_and_can_be_asked_for(here: Site) -> None:
    """From a form to a document with its text, its title and its original."""
    job = upload(here, ("rules.md", MARKDOWN))
    (file,) = job["files"]
    assert (job["state"], file["state"], file["name"]) == ("done", "added", "rules.md")
    document = here.client.get(f"/v1/documents/{file['document']}").json()
    assert document["uploaded"] and document["source"] == document["name"] == "rules.md"
    assert document["title"] == "Holiday rules" and document["original"]
    text = here.client.get(f"/v1/documents/{file['document']}/text").json()["text"]
    assert "28 days of holiday" in text
    original = here.client.get(f"/v1/documents/{file['document']}/original")
    assert original.content == MARKDOWN
    found = here.client.post("/v1/search", json={"query": "days of holiday"}).json()["passages"]
    assert found[0]["document"] == file["document"] and found[0]["source"] == "rules.md"


def test_a_large_library_has_its_index_after_an_upload(here: Site) -> None:
    """The index is written at once where searches ask it; a small library, searched exactly, waits for the stop."""
    texts = [f"# Rule {n}\n\nRule {n} is about gate {n}. It was made in {1900 + n}.\n".encode() for n in range(20)]
    upload(here, ("first.md", texts[0]))
    assert here.bot.library.status().unindexed > 0
    here.bot.library.index._exact_limit = 5
    job = upload(here, *((f"rule-{n}.md", text) for n, text in enumerate(texts)))
    assert {file["state"] for file in job["files"]} == {"added"}
    state = here.bot.library.status()
    assert state.unindexed == 0 and state.generation > 0


def test_one_bad_file_stops_no_other(here: Site) -> None:
    """Each file ends by itself, a failure with the given name and a reason, not with ours."""
    job = upload(here, ("empty.txt", b""), ("good.txt", b"The good file has words."), ("a.bin", bytes(range(256))))
    states = {file["name"]: file for file in job["files"]}
    assert job["state"] == "done" and states["good.txt"]["state"] == "added"
    for name in ("empty.txt", "a.bin"):
        assert states[name]["state"] == "failed" and states[name]["document"] is None
        assert states[name]["message"].startswith(name), states[name]["message"]


def test_what_cannot_be_read_is_not_kept(here: Site) -> None:
    """No list shows such a file, so nobody could delete it; where it replaced a document, that and its file stay."""
    job = upload(here, ("broken.pdf", b"%PDF-1.7 no pdf"), ("rules.md", MARKDOWN))
    assert [file["state"] for file in job["files"]] == ["failed", "added"]
    kept = [path.suffix for path in (here.folder / "uploads").rglob("*") if path.is_file()]
    assert kept == [".md"]
    upload(here, ("rules.md", b"\0\1\2" * 500))
    assert [path.suffix for path in (here.folder / "uploads").rglob("*") if path.is_file()] == [".md"]
    assert here.client.get(f"/v1/documents/{job['files'][1]['document']}/text").status_code == 200


def test_one_name_uploaded_by_many_at_once_is_one_file(here: Site) -> None:
    """All are taken, one place is kept, and it holds one of the contents whole."""
    uploads, contents = here.services.uploads, [bytes([65 + n]) * 200_000 for n in range(8)]
    with ThreadPoolExecutor(8) as pool:
        places = set(pool.map(lambda content: uploads.save(BytesIO(content), "default", "same.txt"), contents))
    assert len(places) == 1
    assert places.pop().read_bytes() in contents
    assert [path.suffix for path in (here.folder / "uploads").rglob("*") if path.is_file()] == [".txt"]


def test_the_same_name_again_replaces_the_document(here: Site) -> None:
    """A second upload of a name in a collection changes the document and keeps its id."""
    first = upload(here, ("rules.md", MARKDOWN))["files"][0]
    again = upload(here, ("rules.md", MARKDOWN))["files"][0]
    assert (again["state"], again["document"]) == ("unchanged", first["document"])
    changed = upload(here, ("rules.md", MARKDOWN.replace(b"28", b"30")))["files"][0]
    assert (changed["state"], changed["document"]) == ("changed", first["document"])
    other = upload(here, ("rules.md", MARKDOWN), collection="second")["files"][0]
    assert other["document"] != first["document"]


def test_a_document_without_a_title_is_called_after_the_given_name(here: Site) -> None:
    """Our own file name never shows."""
    file = upload(here, ("folder/Q3 report.txt", b"Sales rose by four percent."))["files"][0]
    document = here.client.get(f"/v1/documents/{file['document']}").json()
    assert document["title"] == "Q3 report" and document["source"] == "folder/Q3 report.txt"


NAMES = [
    ("../../etc/passwd", "etc/passwd"),
    ("..\\..\\windows\\system32\\x.txt", "windows/system32/x.txt"),
    ("/absolute/path.txt", "absolute/path.txt"),
    ("C:\\temp\\x.txt", "C:/temp/x.txt"),
    ("nul\x00byte.txt", "nul␀byte.txt"),
    ("line\r\nbreak.txt", "line break.txt"),
    ("rtl\u202egpj.txt", "rtlgpj.txt"),
    ("日本語 ファイル.txt", "日本語 ファイル.txt"),
    ("عربي.txt", "عربي.txt"),
    ("👩‍👩‍👧.txt", "👩‍👩‍👧.txt"),
    ("<img src=x onerror=alert(1)>.txt", "<img src=x onerror=alert(1)>.txt"),
    ("half\udc80.txt", "half�.txt"),
    ("", "unnamed"),
    ("....", "...."),
    ("..", "unnamed"),
    ("x" * 300 + ".txt", "x" * 251 + ".txt"),
    ("CON", "CON"),
    ("e\u0301.txt", "e\u0301.txt"),
]


@pytest.mark.parametrize(("given", "shown"), NAMES)
def test_a_given_name_is_only_text(given: str, shown: str) -> None:
    """Folders that climb, control characters and half characters are gone; the rest is kept as it is."""
    assert given_name(given) == shown


@pytest.mark.parametrize("name", [name for name, _ in NAMES if name and "\udc80" not in name])
def test_no_name_leads_out_of_the_upload_folder(here: Site, tmp_path: Path, name: str) -> None:
    """Whatever a file is called, it lies below uploads/ under a name of ours."""
    before = {path for path in tmp_path.rglob("*") if path.is_file()}
    # An RFC 5987 name, so that any character gets through the form.
    body = (
        b"--x\r\nContent-Disposition: form-data; name=files; filename*=UTF-8''"
        + b"".join(b"%%%02X" % byte for byte in name.encode())
        + b"\r\n\r\nWords of the file.\r\n--x--\r\n"
    )
    response = here.client.post(
        "/v1/documents", content=body, headers={"Content-Type": "multipart/form-data; boundary=x"}
    )
    if response.status_code == 202:
        finished(here, response.json()["job"])
    uploads = (here.folder / "uploads").resolve()
    new = {path for path in tmp_path.rglob("*") if path.is_file()} - before
    saved = [path for path in new if path.suffix != ".lock" and "generation" not in str(path)]
    for path in saved:
        if path.name.startswith(("catalog", "conversations", "writer")) or "chroma" in str(path).lower():
            continue
        assert uploads in path.resolve().parents, path
        assert all(part.isalnum() or part in ".-%_" for part in path.name), path.name


@pytest.mark.parametrize(
    ("collection", "status"),
    [
        ("legal", 202),
        ("法務 2026", 202),
        ("", 422),
        ("..", 202),
        ("a/b", 422),
        ("x" * 65, 422),
        ("a\nb", 422),
        (" a", 422),
    ],
)
def test_names_of_collections(here: Site, collection: str, status: int) -> None:
    """Letters of any script, digits, blanks, '-', '_' and '.'; never a folder of its own making."""
    response = here.client.post(
        "/v1/documents", files={"files": ("a.txt", b"Words here.")}, data={"collection": collection}
    )
    assert response.status_code == status
    if status == 202:
        finished(here, response.json()["job"])
        root = (here.folder / "uploads").resolve()
        assert all(path.parent.parent == root for path in root.rglob("*.txt"))


@pytest.mark.parametrize(
    ("kind", "body", "status", "code"),
    [
        ("application/json", b"{}", 415, "wrong_media_type"),
        ("multipart/form-data", b"", 400, "bad_request"),
        ("multipart/form-data; boundary=x", b"nonsense", 400, "bad_request"),
        ("multipart/form-data; boundary=x", b"--x--\r\n", 422, "invalid"),
        ("multipart/form-data; boundary=" + "x" * 500, b"", 400, "bad_request"),
    ],
)
def test_a_form_that_is_none_is_refused(here: Site, kind: str, body: bytes, status: int, code: str) -> None:
    """Each broken form has its status and words."""
    response = here.client.post("/v1/documents", content=body, headers={"Content-Type": kind})
    assert (response.status_code, response.json()["error"]["code"]) == (status, code), response.text


def test_uploads_are_limited_in_size(tmp_path: Path) -> None:
    """A request over the limit is 413; one file over its own limit fails alone."""
    with site(tmp_path, settings={"upload_megabytes": 2, "file_megabytes": 1}) as here:
        large = here.client.post("/v1/documents", files={"files": ("a.txt", b"x" * 3_000_000)})
        assert large.status_code == 413 and large.json()["error"]["code"] == "upload_too_large"
        job = upload(here, ("big.txt", b"word " * 300_000), ("small.txt", b"Some words."))
        states = {file["name"]: file for file in job["files"]}
        assert states["small.txt"]["state"] == "added" and states["big.txt"]["state"] == "failed"
        assert "larger than 1 MB" in states["big.txt"]["message"]

        def endless() -> Iterator[bytes]:
            for _ in range(30):
                yield b"x" * 100_000

        streamed = here.client.post(
            "/v1/documents", content=endless(), headers={"Content-Type": "multipart/form-data; boundary=x"}
        )
        assert streamed.status_code == 413


def test_removing_deletes_an_upload_but_no_file_of_ones_own(here: Site, tmp_path: Path) -> None:
    """DELETE takes the document from the library; only what was uploaded goes from its place."""
    file = upload(here, ("rules.md", MARKDOWN))["files"][0]
    (saved,) = (here.folder / "uploads").rglob("*.md")
    assert here.client.delete(f"/v1/documents/{file['document']}").status_code == 204
    assert not saved.exists()
    assert here.client.get(f"/v1/documents/{file['document']}").status_code == 404
    own = tmp_path / "own.txt"
    own.write_text("A file of my own.", encoding="utf-8")
    from ingest.sync import sync

    sync(here.bot.library, [own])
    kept = here.document("own")
    assert here.client.delete(f"/v1/documents/{kept}").status_code == 204 and own.exists()


def test_a_removed_document_is_restored_with_its_upload(here: Site) -> None:
    """As it was: id, text, title, name, original; meanwhile it is in the list of the removed and in no other."""
    file = upload(here, ("rules.md", MARKDOWN))["files"][0]
    path = f"/v1/documents/{file['document']}"
    before, listed = here.client.get(path).json(), here.client.get("/v1/documents").json()
    assert here.client.delete(path).status_code == 204
    (gone,) = here.client.get("/v1/removed").json()["documents"]
    assert (gone["id"], gone["title"], gone["name"], gone["source"]) == (
        *(file["document"], "Holiday rules"),
        *("rules.md", "rules.md"),
    )
    assert str(here.folder) not in here.client.get("/v1/removed").text
    for method, other in (("get", path), ("get", f"{path}/text"), ("get", f"{path}/original"), ("delete", path)):
        assert here.client.request(method, other).status_code == 404
    assert here.client.post("/v1/search", json={"query": "days of holiday"}).text.count("holiday") == 0
    restored = here.client.post(f"{path}/restore")
    assert restored.status_code == 200 and restored.json()["title"] == "Holiday rules"
    assert here.client.get(path).json() == before and here.client.get("/v1/documents").json() == listed
    assert here.client.get(f"{path}/original").content == MARKDOWN
    assert here.client.get("/v1/removed").json() == {"documents": [], "total": 0}
    assert here.client.post(f"{path}/restore").status_code == 404


def test_an_upload_in_the_place_of_a_removed_one_stays(here: Site) -> None:
    """Restoring is refused while a new upload has the place; both files are kept apart."""
    file = upload(here, ("rules.md", MARKDOWN))["files"][0]
    path = f"/v1/documents/{file['document']}"
    here.client.delete(path)
    other = MARKDOWN.replace(b"28", b"30")
    assert upload(here, ("rules.md", other))["files"][0]["document"] == file["document"]
    assert here.client.get("/v1/removed").json()["documents"][0]["present"]
    refused = here.client.post(f"{path}/restore")
    assert refused.status_code == 409 and refused.json()["error"]["code"] == "library_conflict"
    assert here.client.get(f"{path}/original").content == other


def test_a_file_that_is_sent_again_and_waits_to_be_read_is_left_where_it_is(here: Site) -> None:
    """Somebody else's removal tidies up meanwhile; the waiting file is not taken for what the removed document left."""
    file = upload(here, ("rules.md", MARKDOWN))["files"][0]
    here.client.delete(f"/v1/documents/{file['document']}")
    waiting = here.services.uploads.save(BytesIO(MARKDOWN), "default", "rules.md")
    here.services.tidy_removed()
    assert waiting.read_bytes() == MARKDOWN
    assert here.client.get("/v1/removed").json()["total"] == 1


def test_an_upload_goes_for_good_when_the_bin_is_emptied(here: Site) -> None:
    """Compacting empties the bin; the file is deleted with the next removal, or when the server starts."""
    file = upload(here, ("rules.md", MARKDOWN))["files"][0]
    here.client.delete(f"/v1/documents/{file['document']}")
    (aside,) = (here.folder / "uploads").rglob("*.md")
    here.bot.library.compact()
    here.services.tidy_removed()
    assert not aside.exists() and here.services.database.rows("SELECT * FROM uploads") == []


def test_a_document_is_moved_with_its_name_and_found_where_it_is(here: Site) -> None:
    """Id, text and original stay; it is found in the new collection only, and the name is free again in the old one."""
    file = upload(here, ("rules.md", MARKDOWN))["files"][0]
    path = f"/v1/documents/{file['document']}"
    before = here.client.get(path).json()
    moved = here.client.patch(path, json={"collection": "staff"})
    assert moved.status_code == 200 and moved.json()["collection"] == "staff"
    assert here.client.get(path).json() == {**before, "collection": "staff"}
    assert here.client.get(f"{path}/original").content == MARKDOWN
    assert here.client.get("/v1/removed").json()["total"] == 0
    for collection, times in (("staff", 1), ("default", 0)):
        body = {"query": "days of holiday a year", "filter": {"collections": [collection]}}
        assert here.client.post("/v1/search", json=body).text.count("28 days") == times
    again = upload(here, ("rules.md", MARKDOWN), collection="staff")["files"][0]
    assert (again["state"], again["document"]) == ("unchanged", file["document"])
    other = upload(here, ("rules.md", MARKDOWN.replace(b"28", b"30")))["files"][0]
    assert other["document"] != file["document"]
    refused = here.client.patch(path, json={"collection": "default"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "library_conflict")
    assert here.client.get(path).json()["collection"] == "staff"
    assert here.client.patch(path, json={"collection": "a/b"}).status_code == 422


def test_documents_are_listed_newest_first(here: Site) -> None:
    """With `order=newest` what was added last comes first."""
    before = max(one["added"] for one in here.client.get("/v1/documents").json()["documents"])
    assert wait_until(lambda: now() > before, 10)  # the time that is kept is one to the second
    upload(here, ("zebra.md", b"# Zebra\n\nZebras graze here.\n"))
    (first,) = here.client.get("/v1/documents?order=newest&limit=1").json()["documents"]
    assert first["title"] == "Zebra"


def test_files_of_one_name_in_one_upload_are_all_kept(here: Site) -> None:
    """Each is a document, told apart, and sending them again changes nothing."""
    sent = (("a/q.txt", b"The first has words."), ("q.txt", b"The second, too."), ("q.txt", b"So has the third."))
    sent = (*sent, ("q (2).txt", b"And one that is called so."), ("plain", b"No ending."), ("plain", b"None again."))
    files = upload(here, *sent)["files"]
    names = [file["name"] for file in files]
    assert names == ["a/q.txt", "q.txt", "q (3).txt", "q (2).txt", "plain", "plain (2)"]
    assert [file["state"] for file in files] == ["added"] * 6
    for file, (_, content) in zip(files, sent, strict=True):
        assert here.client.get(f"/v1/documents/{file['document']}/original").content == content
    assert [file["state"] for file in upload(here, *sent)["files"]] == ["unchanged"] * 6


def test_reading_again_reads_though_nothing_changed(here: Site) -> None:
    """Re-ingest reads the file again; when it cannot, the text and the original of before stay."""
    file = upload(here, ("rules.md", MARKDOWN))["files"][0]
    response = here.client.post(f"/v1/documents/{file['document']}/reingest")
    assert response.status_code == 202
    (again,) = finished(here, response.json()["job"])["files"]
    assert (again["state"], again["document"]) == ("changed", file["document"])
    (saved,) = (here.folder / "uploads").rglob("*.md")
    saved.write_bytes(b"")
    response = here.client.post(f"/v1/documents/{file['document']}/reingest")
    (failed,) = finished(here, response.json()["job"])["files"]
    assert failed["state"] == "failed"
    saved.write_bytes(MARKDOWN)
    assert here.client.get(f"/v1/documents/{file['document']}/original").content == MARKDOWN
    saved.unlink()
    gone = here.client.post(f"/v1/documents/{file['document']}/reingest")
    assert gone.status_code == 409 and gone.json()["error"]["code"] == "original_gone"


def test_an_original_is_never_a_page_of_ours(here: Site) -> None:
    """HTML and SVG come as downloads of bytes, with nosniff and a sandbox, inline or not."""
    for name in ("evil.html", "evil.svg", 'quo"te;\r\nx.txt'):
        content = b"<html><svg><script>alert(1)</script>words to read</svg></html>"
        file = upload(here, (name, content))["files"][0]
        if file["document"] is None:
            continue
        for query in ("", "?inline=true"):
            response = here.client.get(f"/v1/documents/{file['document']}/original{query}")
            assert response.status_code == 200
            assert response.headers["content-type"] == "application/octet-stream"
            assert response.headers["content-disposition"].startswith("attachment; ")
            assert "\r" not in response.headers["content-disposition"]
            assert response.headers["x-content-type-options"] == "nosniff"
            assert "sandbox" in response.headers["content-security-policy"]


def test_a_name_of_any_script_comes_back_with_the_download(here: Site) -> None:
    """The header carries the name in ASCII and in full."""
    file = upload(here, ("休暇 規定.txt", "休暇は二十日です。".encode()))["files"][0]
    header = here.client.get(f"/v1/documents/{file['document']}/original").headers["content-disposition"]
    assert unquote(header.partition("UTF-8''")[2]) == "休暇 規定.txt"


def test_a_pdf_may_be_shown_inline(here: Site) -> None:
    """A PDF by its bytes, and only then."""
    from fpdf import FPDF

    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("helvetica", size=12)
    pdf.cell(text="The warranty lasts two years.")
    file = upload(here, ("warranty.pdf", bytes(pdf.output())))["files"][0]
    inline = here.client.get(f"/v1/documents/{file['document']}/original?inline=true")
    assert inline.headers["content-type"] == "application/pdf"
    assert inline.headers["content-disposition"].startswith("inline; ")
    assert inline.headers["x-content-type-options"] == "nosniff"
    plain = here.client.get(f"/v1/documents/{file['document']}/original")
    assert plain.headers["content-disposition"].startswith("attachment; ")
    part = here.client.get(f"/v1/documents/{file['document']}/original", headers={"Range": "bytes=0-3"})
    assert part.status_code == 206 and part.content == b"%PDF"


def test_an_original_that_is_not_the_one_that_was_read_is_not_sent(here: Site, tmp_path: Path) -> None:
    """A changed file, or a link put in its place, is a 409 and none of its bytes."""
    file = upload(here, ("rules.md", MARKDOWN))["files"][0]
    path = f"/v1/documents/{file['document']}/original"
    (saved,) = (here.folder / "uploads").rglob("*.md")
    secret = tmp_path / "secret.txt"
    secret.write_text("The secret.", encoding="utf-8")
    saved.unlink()
    saved.symlink_to(secret)
    changed = here.client.get(path)
    assert changed.status_code == 409 and changed.json()["error"]["code"] == "original_changed"
    assert "The secret." not in changed.text
    saved.unlink()
    assert here.client.get(path).json()["error"]["code"] == "original_gone"


class SlowReader:
    """Reads nothing, and waits before each file until it is let go."""

    def __init__(self) -> None:
        self.go = threading.Semaphore(0)

    def __call__(
        self,
        files: Sequence[Incoming],
        collection: str,
        on_file: OnFile,
        *,
        again: bool,
        stop: threading.Event,
    ) -> None:
        """Read as slowly as it is let."""
        for file in files:
            if stop.is_set():
                return
            on_file(file.path, "loading")
            self.go.acquire(timeout=60)
            on_file(file.path, "added", document="0" * 16)


def test_progress_comes_by_events(tmp_path: Path, place: str) -> None:
    """job first, then each file's changes, then done; a second watcher begins with the state as it is."""
    reader = SlowReader()
    with site(tmp_path, place=place, ingest=reader) as here:
        files = [("files", (name, b"words")) for name in ("a.txt", "b.txt")]
        job = here.client.post("/v1/documents", files=files).json()["job"]
        for _ in files:
            reader.go.release()
        text = here.client.get(f"/v1/jobs/{job['id']}/events").text
        names = [line.removeprefix("event: ") for line in text.splitlines() if line.startswith("event: ")]
        assert names[0] == "job" and names[-1] == "done" and set(names[1:-1]) <= {"file"}
        last = json.loads(text.rstrip().rpartition("data: ")[2])
        assert last["state"] == "done" and [f["state"] for f in last["files"]] == ["added", "added"]
        again = here.client.get(f"/v1/jobs/{job['id']}/events").text
        assert "event: job" in again and "event: done" in again
        assert here.services.watchers.count == 0
        assert [j["id"] for j in here.client.get("/v1/jobs").json()["jobs"]] == [job["id"]]


def test_a_job_that_was_cut_off_goes_on_after_a_restart(tmp_path: Path, place: str) -> None:
    """What was acknowledged with 202 is read by the next process, if this one is stopped before."""
    reader = SlowReader()
    with site(tmp_path, place=place, ingest=reader, settings={"stop_seconds": 1}) as here:
        files = [("files", (name, b"Some words of it.")) for name in ("a.txt", "b.txt")]
        job = here.client.post("/v1/documents", files=files).json()["job"]
        reader.go.release()
        path = f"/v1/jobs/{job['id']}"
        assert wait_until(lambda: here.client.get(path).json()["files"][0]["state"] == "added")
        kept_at = here.library
    from fastapi.testclient import TestClient
    from web_site import ScriptedBot

    from bot.settings.settings import Settings
    from bot.surfaces.web.app import create_app
    from vectorstore.library import Library

    reader.go.release(2)
    with Library.open(kept_at) as library:
        app = create_app(ScriptedBot(library), Settings(library=kept_at))  # type: ignore[arg-type]
        with TestClient(app, base_url="http://127.0.0.1") as client:
            assert wait_until(lambda: client.get(path).json()["finished"] is not None, 60)
            states = [file["state"] for file in client.get(path).json()["files"]]
    assert states == ["added", "added"]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere threads have no priority of their own")
def test_files_are_read_on_what_questions_leave_of_the_processor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Embedding steps back behind the threads that answer; storing, for which others wait, does not."""
    seen: dict[str, int] = {}

    def noting(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def run(*given: Any, **options: Any) -> Any:
            seen[name] = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
            return real(*given, **options)

        return run

    with site(tmp_path) as here:
        for name in ("embed", "add"):
            monkeypatch.setattr(here.bot.library, name, noting(name, getattr(here.bot.library, name)))
        upload(here, ("a.txt", b"Some words to read."))
    own = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    assert seen == {"embed": min(19, own + 10), "add": own}


def test_a_reader_that_breaks_fails_the_job_with_words(tmp_path: Path, place: str) -> None:
    """An unexpected error ends the job, not the thread: the next job runs, and no text of it leaks."""

    def broken(*_: Any, **__: Any) -> None:
        raise ValueError("words of a document")

    with site(tmp_path, place=place, ingest=broken) as here:
        for _ in range(2):
            job = upload(here, ("a.txt", b"words"))
            assert job["state"] == "failed" and job["error"]["code"] == "internal"
            assert job["files"][0]["state"] == "failed" and "words of a document" not in json.dumps(job)


def test_addresses_are_off_unless_set(here: Site) -> None:
    """Reading an address is refused with the setting to change."""
    response = here.client.post("/v1/documents/address", json={"url": "https://example.org/"})
    assert response.status_code == 403 and response.json()["error"]["code"] == "addresses_off"
