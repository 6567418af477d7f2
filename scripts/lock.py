"""Pin every package with its hashes in requirements.txt: `make lock`.

torch and the CUDA packages that it pulls on Linux are left out: which build is right depends on the machine,
so the Makefile installs `torch==2.13.0` by itself. No registry address is written.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HEADER = """\
# Every package of `make setup` but torch, pinned with hashes. Written by `make lock`; do not edit.
"""
LEFT_OUT = re.compile(r"^(?:torch|triton|nvidia-[\w-]+|cuda-[\w-]+|pytorch-triton[\w-]*)(?:==|$)")


def main() -> None:
    """Run uv's resolver over all extras and the development group, and write the result."""
    command = [
        *(sys.executable, "-m", "uv", "pip", "compile", "pyproject.toml", "--quiet"),
        *("--all-extras", "--group", "dev", "--generate-hashes", "--no-annotate", "--no-header"),
        *("--no-emit-index-url", "--no-emit-find-links", "--python-version", "3.11", "--universal"),
        *("--constraint", "-", "--no-build"),
    ]
    found = subprocess.run(command, cwd=ROOT, input="torch==2.13.0\n", text=True, capture_output=True, check=False)
    if found.returncode:
        sys.exit(found.stderr)
    packages = re.split(r"\n(?=\S)", found.stdout.strip())
    kept = [package for package in packages if not LEFT_OUT.match(package)]
    (ROOT / "requirements.txt").write_text(HEADER + "\n".join(kept) + "\n", encoding="utf-8")
    print(f"{len(kept)} packages pinned.")


if __name__ == "__main__":
    main()
