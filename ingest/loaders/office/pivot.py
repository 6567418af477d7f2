"""The records behind pivot tables, which a workbook keeps also where their sheet is gone or lies in another file.

Where the sheet that they come from is in the workbook it is read there, and they are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet

from ingest.loaders.builder import TextBuilder
from ingest.loaders.office.package import Package
from ingest.loaders.office.sheet import MAX_CELL, MAX_COLUMNS, add_sheet
from ingest.loaders.office.xml_tree import Element, attribute, child, name_of, stream_xml

NOTE = "The records behind a pivot table were read too, which no sheet shows."
HEADING = "Pivot table records"
MIDNIGHT = "T00:00:00"


def add_pivot_records(package: Package, builder: TextBuilder, *, sheets: AbstractSet[str]) -> None:
    """Add the records of pivot tables whose source is not among the sheets of the workbook."""
    for definition in package.related(package.main, "pivotCacheDefinition"):
        root = package.root(definition)
        source = child(root, "cacheSource", "worksheetSource")
        outside = attribute(source, "id") != ""  # another workbook
        if source is not None and not outside and (attribute(source, "sheet") or next(iter(sheets), "")) in sheets:
            continue  # a named range is of a sheet of this workbook
        fields = [field for field in _items(root, "cacheFields") if attribute(field, "databaseField", "1") != "0"]
        name = attribute(source, "sheet") or attribute(source, "name")
        for records in package.related(definition, "pivotCacheRecords"):
            if add_sheet(builder, _rows(package, records, fields), name=f"{HEADING} {name}".strip(), mark_rows=False):
                builder.note(NOTE)


def _rows(package: Package, part: str, fields: Sequence[Element]) -> Iterator[tuple[int, list[str]]]:
    """Yield the names of the fields, and the records."""
    fields = fields[:MAX_COLUMNS]
    yield 1, [attribute(field, "name") for field in fields]
    shared = [[_value(item) for item in _items(field, "sharedItems")] for field in fields]
    with package.archive.open(part) as stream:
        for number, record in enumerate(stream_xml(stream, "{*}r"), start=2):
            yield number, [_cell(item, values) for item, values in zip(record, shared, strict=False)]


def _items(element: Element, name: str) -> list[Element]:
    found = child(element, name)
    return list(found) if found is not None else []


def _cell(item: Element, shared: Sequence[str]) -> str:
    """Return what a field of a record says: itself, or which of the values that records share."""
    if name_of(item) != "x":
        return _value(item)
    index = attribute(item, "v")
    return shared[int(index)] if index.isdecimal() and int(index) < len(shared) else ""


def _value(item: Element) -> str:
    value = attribute(item, "v")[:MAX_CELL]
    match name_of(item):
        case "b":
            return "TRUE" if value in ("1", "true") else "FALSE"
        case "d":
            return value.removesuffix(MIDNIGHT)
        case _:
            return value
