"""Write the software bill of materials, in CycloneDX's JSON: `make bill`.

Every package that `requirements.txt` pins, with the hash of each of its files and its licence, and the two models
of our own that come along. Licences are read from what is installed, so it runs in the environment of `make setup`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import tomllib
import uuid
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
OWN_MODELS = {
    "footnote-reader": ROOT / "bot" / "reader" / "weights" / "reader.onnx",
    "footnote-encoder": ROOT / "vectorstore" / "embedding" / "weights" / "model.onnx",
}
NAMESPACE = uuid.UUID("0a52a8d5-54f0-4f9e-9c0c-6f1b5f2a0c55")
PIN = re.compile(r"(?P<name>[\w.-]+)==(?P<version>[^\s;]+)(?: ; (?P<marker>[^\\\n]+))?")
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")

FORMS = {
    "Apache Software License": "Apache-2.0",
    "Apache 2.0 License": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "BSD License": "LicenseRef-BSD",  # two or three clauses: the classifier does not say
    "3-Clause BSD License": "BSD-3-Clause",
    "BSD-3-Clause, Apache-2.0, dependency licenses": "BSD-3-Clause AND Apache-2.0",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
"""How packages write a licence in words, and its SPDX expression."""

ELSEWHERE = {
    "audioop-lts": "PSF-2.0",
    "colorama": "BSD-3-Clause",
    "httpx2-jsfetch": "BSD-3-Clause",
    "pywin32": "PSF-2.0",
}
"""Packages that are pinned for other systems and Python versions only; their licences as their wheels say."""

UNKNOWN = "NOASSERTION"
EXPRESSION = re.compile(r"\(?[A-Za-z0-9.+-]+\)?(?: (?:AND|OR|WITH) \(?[A-Za-z0-9.+-]+\)?)*")


@dataclass(frozen=True, slots=True)
class Pin:
    """A package as the lock names it.

    Attributes:
        name: As it is spelled there.
        version: The one version.
        marker: Where it is installed; empty for everywhere.
        hashes: SHA-256 of each file that may be installed.
    """

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]


def read_pins(file: Path) -> list[Pin]:
    """Return what a lock pins, in its order."""
    found = []
    for block in re.split(r"\n(?=\S)", file.read_text(encoding="utf-8")):
        if pin := PIN.match(block):
            marker = (pin["marker"] or "").strip()
            found.append(Pin(pin["name"], pin["version"], marker, tuple(HASH.findall(block))))
    return found


def licence(name: str) -> str:
    """Return a package's licence as an SPDX expression, or NOASSERTION where its metadata says nothing clear."""
    try:
        said = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return ELSEWHERE.get(name, UNKNOWN)
    classifiers = [
        line.rpartition(" :: ")[2] for line in said.get_all("Classifier") or [] if line.startswith("License")
    ]
    classified = [FORMS[form] for form in classifiers if form in FORMS]
    for text in (said.get("License-Expression"), said.get("License")):
        first = (text or "").strip().partition("\n")[0]
        if first in FORMS:
            return FORMS[first]
        if EXPRESSION.fullmatch(first) and re.search(r"\d|^MIT|^ISC", first):
            return first
    return " AND ".join(dict.fromkeys(classified)) or UNKNOWN


def bill(pins: list[Pin]) -> dict[str, Any]:
    """Return the bill, the same for the same pins."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    components = [
        *(_package(pin) for pin in pins),
        *(_own_model(name, weights) for name, weights in OWN_MODELS.items()),
    ]
    content = json.dumps([project["version"], components])
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(NAMESPACE, content)}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": project["name"],
                "name": project["name"],
                "version": project["version"],
                "licenses": [{"expression": project["license"]}],
            }
        },
        "components": components,
    }


def _package(pin: Pin) -> dict[str, Any]:
    address = f"pkg:pypi/{re.sub(r'[-_.]+', '-', pin.name).lower()}@{pin.version}"
    component = {
        "type": "library",
        "bom-ref": address,
        "name": pin.name,
        "version": pin.version,
        "purl": address,
        "hashes": [{"alg": "SHA-256", "content": digest} for digest in pin.hashes],
        "licenses": [{"expression": licence(pin.name)}],
    }
    return component | ({"properties": [{"name": "footnote:marker", "value": pin.marker}]} if pin.marker else {})


def _own_model(name: str, weights: Path) -> dict[str, Any]:
    """Return a model of our own, whose weights are under the licence that what it was trained on asks for."""
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    return {
        "type": "machine-learning-model",
        "bom-ref": f"{name}@{digest[:12]}",
        "name": name,
        "version": digest[:12],
        "hashes": [{"alg": "SHA-256", "content": digest}],
        "licenses": [{"expression": "CC-BY-SA-4.0"}],
    }


def main() -> None:
    """Write the bill of a lock into a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requirements", type=Path, default=ROOT / "requirements.txt", help="the lock")
    parser.add_argument("--out", type=Path, default=ROOT / "bill-of-materials.json", help="where to write")
    arguments = parser.parse_args()
    pins = read_pins(arguments.requirements)
    made = json.dumps(bill(pins), indent=2, ensure_ascii=False)
    arguments.out.write_text(made + "\n", encoding="utf-8")
    print(f"{arguments.out}: {len(pins)} packages.")


if __name__ == "__main__":
    main()
