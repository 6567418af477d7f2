"""Package: the parts of an Office Open XML file (DOCX, PPTX, XLSX) and how they point at each other.

Only relationships inside the file are followed; links to files and addresses never are. Python's own
libraries for these formats expand a small file to gigabytes before anyone can say no, and each leaves
out text that people see (text boxes, footnotes, charts), so the parts are read here, with limits.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingest.document import LoadOptions
from ingest.errors import LoadError, Unreadable
from ingest.loaders.archives.archive import Archive, open_archive
from ingest.loaders.builder import one_line
from ingest.loaders.office.xml_tree import Element, attribute, name_of, parse_xml


class Package:
    """An open Office file.

    Args:
        archive: The ZIP file that it is.
    """

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        main = self.related("", "officeDocument")
        if not main:
            raise Unreadable(
                "The file is not an Office document: its main part is missing.",
                remedy="Open it in the program that made it and save it again.",
            )
        self.main = main[0]

    def root(self, part: str) -> Element:
        """Return the root element of a part."""
        return parse_xml(self.archive.read(part))

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Return kind and target of each relationship of `part` by its id; outside targets left out."""
        folder, name = posixpath.split(part)
        rels = posixpath.join(folder, "_rels", f"{name}.rels")
        if rels not in self.archive:
            return {}
        found: dict[str, tuple[str, str]] = {}
        for relation in parse_xml(self.archive.read(rels)):
            if attribute(relation, "TargetMode") == "External":
                continue
            target = attribute(relation, "Target")
            target = target if target.startswith("/") else posixpath.join("/", folder, target)
            kind = attribute(relation, "Type").rpartition("/")[2]
            found[attribute(relation, "Id")] = (kind, posixpath.normpath(target).lstrip("/"))
        return found

    def related(self, part: str, kind: str) -> list[str]:
        """Return the parts that `part` points at with relationships of this kind."""
        return [target for found, target in self.relations(part).values() if found == kind and target in self.archive]

    def title(self) -> str:
        """Return the title in the file's properties, or ""."""
        try:
            for part in self.related("", "core-properties"):
                for item in self.root(part):
                    if name_of(item) == "title":
                        return one_line(item.text or "")
        except LoadError:
            return ""  # broken properties do not make the text unreadable
        return ""


@contextmanager
def open_package(path: Path, options: LoadOptions) -> Iterator[Package]:
    """Open an Office file, decrypting it when a password fits.

    Raises:
        PasswordNeeded: It is encrypted and no password opens it.
        Unreadable: It is not an Office file, or damaged.
    """
    from ingest.loaders.office.encrypted import decrypted

    with decrypted(path, options) as plain, open_archive(plain) as archive:
        yield Package(archive)
