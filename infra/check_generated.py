"""Generated = committed: makes everything again into the work tree and compares with what was there before."""

import subprocess
import sys
from pathlib import Path

from infra.paths import ROOT

GENERATED = (
    "gateway/schema.graphql",
    "gateway/trusted_documents.json",
    "gateway/earlier_documents.json",
    "services/contracts/generated",
    "pwa/src/gateway/generated.ts",
    "pwa/src/gateway/contracts.generated.ts",
)


def contents() -> dict[Path, bytes]:
    """Every generated file as it is now."""
    files = [
        file for name in GENERATED for file in ([ROOT / name] if (ROOT / name).is_file() else (ROOT / name).rglob("*"))
    ]
    return {file.relative_to(ROOT): file.read_bytes() for file in files if file.is_file()}


def main() -> None:
    """Exit 1 and name what differs."""
    before = contents()
    subprocess.run(["make", "--no-print-directory", "schema"], cwd=ROOT, check=True)
    after = contents()
    changed = sorted(str(file) for file in before.keys() | after.keys() if before.get(file) != after.get(file))
    if changed:
        sys.exit(f"generated files differ from the sources (make schema, then commit): {', '.join(changed)}")
    print("generated = committed")


if __name__ == "__main__":
    main()
