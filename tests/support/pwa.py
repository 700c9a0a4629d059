"""The built PWA as tests see it: its shell's files, and a second build that differs from the first."""

import base64
import json
import re
import shutil
from hashlib import sha256
from pathlib import Path

from infra.paths import ROOT

DIST = ROOT / "pwa" / "dist"
_FILES = re.compile(r'\["/assets/[^\]]+\]')
_HASH = re.compile(r'"[A-Za-z0-9+/]{43}="')


ON_DEMAND = ("/assets/network-", "/assets/wayIn-")


def shell_paths(dist: Path = DIST) -> set[str]:
    """The address of every file of a build that a browser keeps: all but the workers, the pictures and what is fetched on demand."""
    files = {f"/{file.relative_to(dist)}" for file in dist.rglob("*") if file.is_file()}
    kept = {path for path in files if not path.startswith(ON_DEMAND)}
    return {path for path in kept if path not in {"/sw.js", "/sw-off.js"} and not path.endswith((".png", ".gz"))}


def second_build(folder: Path, mark: str = "next") -> Path:
    """A copy of the build, not packed, whose scripts have other names and content, and a worker that knows them."""
    dist = folder / f"dist-{mark}"
    shutil.copytree(DIST, dist, ignore=shutil.ignore_patterns("*.gz"))
    names = {file.name: f"{file.name.split('-')[0]}-{mark}.js" for file in (dist / "assets").glob("*.js")}
    for old, new in names.items():
        (dist / "assets" / old).rename(dist / "assets" / new)
    for file in [dist / "index.html", dist / "sw.js", *dist.glob("assets/*.js")]:
        text = file.read_text(encoding="utf8")
        for old, new in names.items():
            text = text.replace(old, new)
        file.write_text(text, encoding="utf8")
    with (dist / "assets" / f"first-{mark}.js").open("a", encoding="utf8") as script:
        script.write(f"\nglobalThis.build = '{mark}';\n")
    worker = (dist / "sw.js").read_text(encoding="utf8")
    (files,) = _FILES.findall(worker)
    shell = b"".join((dist / url[1:]).read_bytes() for url in json.loads(files))
    worker, hashes = _HASH.subn(f'"{base64.b64encode(sha256(shell).digest()).decode()}"', worker)
    assert hashes == 1
    (dist / "sw.js").write_text(worker, encoding="utf8")
    return dist
