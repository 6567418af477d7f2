"""Whatever happens to a folder, after a sync the library equals it."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from counting_encoder import CountingEncoder
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from ingest.errors import NothingToIngest
from ingest.options import SyncOptions
from ingest.sync import sync
from vectorstore.library import Library

FOLDERS = st.sampled_from(["", "sub", "sub/deep", "other"])
FILES = st.sampled_from(["a.txt", "b.txt", "c.log", "ä ö.txt", "README", ".hidden.txt", "draft.txt~"])
CONTENTS = st.sampled_from(["One apple.", "Two pears.", "Six plums.", "A line.\n\nAnother line.", "", "\0\0\0\0"])


class FolderMirror(RuleBasedStateMachine):
    """Edits a folder at random; `sync` must give what a plain walk over it gives."""

    def __init__(self) -> None:
        super().__init__()
        self.home = Path(tempfile.mkdtemp())
        self.root = self.home / "root"
        self.root.mkdir()
        self.encoder = CountingEncoder()
        self.library = Library.open(self.home / "library", create=True, encoder=self.encoder)
        self.tick = 1_000_000_000_000_000_000
        self.last: dict[str, tuple[str, str]] = {}
        self.fresh = True

    def teardown(self) -> None:
        """Close the library and remove everything."""
        self.library.close(update_index=False)
        shutil.rmtree(self.home)

    def stamp(self, path: Path) -> None:
        """Give a file a time of its own, as any real edit has."""
        self.tick += 1
        os.utime(path, ns=(self.tick, self.tick))
        self.fresh = False

    def files(self) -> list[Path]:
        """Return all plain files."""
        return sorted(path for path in self.root.rglob("*") if path.is_file() and not path.is_symlink())

    @rule(folder=FOLDERS, name=FILES, content=CONTENTS)
    def write(self, folder: str, name: str, content: str) -> None:
        """Write a file, new or old."""
        path = self.root / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_symlink():
            path.write_text(content)
            self.stamp(path)

    @precondition(lambda self: self.files())
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        """Delete a file."""
        data.draw(st.sampled_from(self.files())).unlink()
        self.fresh = False

    @precondition(lambda self: self.files())
    @rule(data=st.data(), folder=FOLDERS, name=FILES, copy=st.booleans())
    def move(self, data: st.DataObject, folder: str, name: str, copy: bool) -> None:
        """Rename or copy a file with its time, perhaps over another one."""
        old, new = data.draw(st.sampled_from(self.files())), self.root / folder / name
        new.parent.mkdir(parents=True, exist_ok=True)
        if old == new or new.is_symlink():
            return
        if copy:
            shutil.copy2(old, new)
            self.stamp(new)
        else:
            old.rename(new)
        self.fresh = False

    @precondition(lambda self: self.files())
    @rule(data=st.data())
    def touch(self, data: st.DataObject) -> None:
        """Give a file a new time and leave its content."""
        self.stamp(data.draw(st.sampled_from(self.files())))

    @rule(folder=FOLDERS)
    def delete_folder(self, folder: str) -> None:
        """Delete a folder with all in it."""
        if folder:
            shutil.rmtree(self.root / folder, ignore_errors=True)
            self.fresh = False

    @rule(
        name=st.sampled_from(["link.txt", "sub/link.txt"]),
        to=st.sampled_from(["a.txt", "b.txt", "loop", "."]),
    )
    def link(self, name: str, to: str) -> None:
        """Make a link: to a file, to nothing, to a folder above, or to itself."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.symlink_to(path.name if to == "loop" else self.root / to)
        self.fresh = False

    def expected(self) -> dict[str, str]:
        """Return source → text of what a plain walk finds and plain reading yields."""
        found = {}
        for path in self.files():
            inside = path.relative_to(self.root).parts
            text = path.read_text()
            if not any(part.startswith(".") or part.endswith("~") for part in inside) and text.strip("\0"):
                found[os.path.realpath(path)] = text
        return found

    @rule()
    def sync(self) -> None:
        """Sync, and compare library and report with the folder."""
        wanted = self.expected()
        before = self.library.manifest()
        self.encoder.texts.clear()
        try:
            report = sync(self.library, [self.root], SyncOptions(workers=1, allow_removals=True))
        except NothingToIngest:
            assert not before
            assert not wanted
            return
        after = self.library.manifest()
        failed = {source for source, _ in report.failed}
        # A file that cannot be read keeps its last version; nothing else may be there.
        kept = {source for source in failed if source in before}
        assert set(after) == set(wanted) | kept
        for source, text in wanted.items():
            assert self.library.text(after[source].id) == text
            assert self.library.document(after[source].id).source == source
        assert len({stamp.id for stamp in after.values()}) == len(after)
        groups = [
            set(report.added),
            set(report.changed),
            set(report.unchanged),
            {new for _, new in report.renamed},
            failed,
        ]
        assert sum(map(len, groups)) == len(set().union(*groups))
        assert set(wanted) == set().union(*groups[:4])
        gone = {*report.removed, *(old for old, _ in report.renamed)}
        assert gone == set(before) - set(after)
        for old, new in report.renamed:
            assert after[new].id == before[old].id
        # Only what is new or changed is embedded.
        embedded = sorted(wanted[source] for source in (*report.added, *report.changed))
        assert sorted(self.encoder.texts) == embedded
        self.fresh = True

    @invariant()
    def a_second_sync_has_nothing_to_do(self) -> None:
        """Right after a sync, the next one reads and writes nothing."""
        if self.fresh and self.library.manifest():
            revision = self.library.catalog.revision()
            report = sync(self.library, [self.root], SyncOptions(workers=1, allow_removals=True))
            assert report.changes == 0
            assert self.library.catalog.revision() == revision


FolderMirror.TestCase.settings = settings(
    max_examples=40,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


class TestFolderMirror(FolderMirror.TestCase):
    """Random edits of a folder, synced now and then, leave library and folder equal."""
