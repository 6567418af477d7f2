"""What a sync may be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingest.document import LoadOptions

if TYPE_CHECKING:
    from ingest.reading.worker import Limits


@dataclass(frozen=True, slots=True)
class SyncOptions:
    """How to sync.

    Attributes:
        collection: The collection that is made equal to the paths.
        load: What a person may set for all loaders.
        dry_run: Find out what would be done; write nothing, load no model.
        addresses: Whether web addresses may stand among the paths.
        limits: What one file may use while it is read; None for the default.
        workers: Worker processes for reading; None for one each core.
        background: Whether reading and embedding let others go first on the processor.
        allow_removals: Whether all documents of a source, or most of many, may go at once.
        allow_many: Whether more than `MANY_FILES` may be read without asking.
        check: Read every file to see whether it changed, also where size and time say that it did not.
        damaged: What is wrong with documents that are read again though their files are unchanged, by id.
        names: What people call files that lie under other names, as uploads do, by source.
    """

    collection: str = "default"
    load: LoadOptions = field(default_factory=LoadOptions)
    dry_run: bool = False
    addresses: bool = False
    limits: Limits | None = None
    workers: int | None = None
    background: bool = False
    allow_removals: bool = False
    allow_many: bool = False
    check: bool = False
    damaged: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
