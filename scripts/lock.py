"""Pin every package with its hashes: `make lock`.

`requirements.txt` holds what Footnote runs with, `requirements-dev.txt` all extras and what the tests need, in the
same versions. torch and the CUDA packages that it pulls on Linux are left out of the second: which build is right
depends on the machine, so the Makefile installs `torch==2.13.0` by itself. No registry address is written.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PLAIN, DEV = ROOT / "requirements.txt", ROOT / "requirements-dev.txt"
HEADERS = {
    PLAIN: "# What Footnote runs with, pinned with hashes. Written by `make lock`; do not edit.\n",
    DEV: "# Every package of `make setup` but torch, pinned with hashes. Written by `make lock`; do not edit.\n",
}
LEFT_OUT = re.compile(r"^(?:torch|triton|nvidia-[\w-]+|cuda-[\w-]+|pytorch-triton[\w-]*)(?:==|$)")


def lock(file: Path, constraints: str, *wanted: str) -> str:
    """Run uv's resolver, write `file`, and return what was found: pins with their hashes."""
    command = [
        *(sys.executable, "-m", "uv", "pip", "compile", "pyproject.toml", "--quiet", *wanted),
        *("--generate-hashes", "--no-annotate", "--no-header", "--no-emit-index-url", "--no-emit-find-links"),
        *("--python-version", "3.11", "--universal", "--constraint", "-", "--no-build"),
    ]
    found = subprocess.run(command, cwd=ROOT, input=constraints, text=True, capture_output=True, check=False)
    if found.returncode:
        sys.exit(found.stderr)
    packages = re.split(r"\n(?=\S)", found.stdout.strip())
    kept = [package for package in packages if not LEFT_OUT.match(package)]
    file.write_text(HEADERS[file] + "\n".join(kept) + "\n", encoding="utf-8")
    print(f"{file.name}: {len(kept)} packages pinned.")
    return found.stdout


def main() -> None:
    """Pin everything, and then what a plain install has of it."""
    everything = lock(DEV, "torch==2.13.0\n", "--all-extras", "--group", "dev")
    lock(PLAIN, everything, "--group", "build")


if __name__ == "__main__":
    main()
