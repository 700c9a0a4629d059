"""A small disk that can be filled to its last byte: a tmpfs of its own."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def mounted(folder: Path, megabytes: int) -> Iterator[Path]:
    """A tmpfs at `folder`; PermissionError where this machine does not let us mount."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "tmpfs", str(folder)]
    done = subprocess.run(wanted, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise PermissionError(done.stderr.strip())
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """The file that takes all the space there is, page by page at the end; remove it and the space is back."""
    ballast = folder / "ballast"
    with ballast.open("ab", buffering=0) as file:
        for size in (1 << 20, 1 << 12):
            with suppress(OSError):  # no space left
                while True:
                    file.write(bytes(size))
    return ballast
