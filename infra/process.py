"""Processes of our own: they end with their parent, and are recognised by pid and command line, never by name."""

import ctypes
import resource
import signal
from pathlib import Path

_libc = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """For `preexec_fn`: SIGKILL this child when the process that started it ends, however that ends (Linux)."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def serve_with_parent() -> None:
    """The same for a server, which may hold as many connections as the machine allows: a shell's 1,024 are soon taken."""
    die_with_parent()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def read_pid(file: Path) -> int | None:
    """The pid in a pid file, or nothing."""
    try:
        return int(file.read_text())
    except (FileNotFoundError, ValueError):
        return None


def is_ours(pid: int, mark: str) -> bool:
    """True when the process lives and its command line holds our mark (a path of ours), so a reused pid is not ours."""
    try:
        process = Path(f"/proc/{pid}")
        state = (process / "stat").read_text().rsplit(")", 1)[1].split()[0]
        return state != "Z" and mark.encode() in (process / "cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False


def works_in(folder: Path) -> bool:
    """True when a living process has this working directory."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink() == folder:
                return True
        except OSError:
            continue  # ended meanwhile, a zombie, or somebody else's
    return False
