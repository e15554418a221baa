#!/usr/bin/env python
"""Fetch the pinned acorn into repl/node/vendor, or see that what is there is the pinned one.

In: the pin below, npm. Out: acorn.mjs, LICENSE and README.md. `--check` needs no network and changes
nothing: it exits 1 and says which file differs. To take a newer acorn change the pin and run the script: it
tells the digests to put here.
"""

from __future__ import annotations

import base64
import hashlib
import io
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

VERSION = "8.19.0"
INTEGRITY = "sha512-oJlA3XiRm7Cyk6qFD2Jn8ak9B7jSy0qy00ADO3+8dpT0LSjFihQYv4C02LFCSYJV3Q37xYwwRy5m+IpIiUzqWw=="
FILES = {
    "acorn.mjs": (
        "package/dist/acorn.mjs",
        "76254fc76529713b4dfd2532972d17a991ffd9aafeebb1f977445b5506b9fb0b",
    ),
    "LICENSE": ("package/LICENSE", "76a876cf886ff9be2a8b5e2e86514fed06223c8c9f0c1e9ee9606e93841e00b7"),
}
FOLDER = Path(__file__).resolve().parents[1] / "repl" / "node" / "vendor"
README = f"""\
# Other people's code

`acorn.mjs` is the file `dist/acorn.mjs` of the npm package acorn, unchanged, under its own licence
(MIT, `LICENSE`). `scripts/vendor_acorn.py` makes this folder.

| name | version | integrity of the npm package |
|---|---|---|
| acorn | {VERSION} | `{INTEGRITY}` |
"""


def fetch() -> None:
    """Ask npm for the package and keep what is pinned of it."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [sys.executable, "-m", "polyrepl.repl", "npm", "pack", "--silent", f"acorn@{VERSION}"],
            cwd=folder,
            check=True,
        )
        (packed,) = Path(folder).glob("*.tgz")
        data = packed.read_bytes()
    found = "sha512-" + base64.b64encode(hashlib.sha512(data).digest()).decode()
    if found != INTEGRITY:
        raise SystemExit(f"acorn {VERSION} is not the pinned one: {found}")
    FOLDER.mkdir(exist_ok=True)
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        for name, (member, _) in FILES.items():
            stored = archive.extractfile(member)
            assert stored is not None
            (FOLDER / name).write_bytes(stored.read())
    (FOLDER / "README.md").write_text(README, encoding="utf-8")


def differences() -> list[str]:
    """What in the folder is not as pinned, a line each."""
    wrong = []
    for name, (_, digest) in FILES.items():
        found = hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()
        if found != digest:
            wrong.append(f"{name}: sha256 {found}, pinned is {digest}")
    if (FOLDER / "README.md").read_text(encoding="utf-8") != README:
        wrong.append("README.md does not say what is pinned")
    return wrong


if __name__ == "__main__":
    if "--check" not in sys.argv[1:]:
        fetch()
    raise SystemExit("\n".join(differences()) or None)
