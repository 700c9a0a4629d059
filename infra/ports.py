"""Ports on the loopback interface. `make run` has its usual ones; BANSO_PORT_BASE moves all of them together."""

import os
import random
import socket

from infra.paths import SERVICES

_NAMES = (*SERVICES, "PostgreSQL", "Kafka", "Kafka controller", "copier")
_USUAL = (8080, 8101, 8102, 8103, 8104, 8105, 54329, 19092, 19093, 8106)
_BASE = os.environ.get("BANSO_PORT_BASE")
_GIVEN: set[int] = set()
PORTS = dict(zip(_NAMES, range(int(_BASE), int(_BASE) + len(_NAMES)) if _BASE else _USUAL, strict=True))


def is_free(port: int) -> bool:
    """True when a server could bind 127.0.0.1:port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def free_ports(count: int) -> list[int]:
    """Distinct ports nobody uses right now, never the same twice (for tests). Below those that the system gives to outgoing
    connections (32768 on): one of these may be taken at any moment before its server listens."""
    found: list[int] = []
    while len(found) < count:
        port = random.randrange(20_000, 32_768)  # noqa: S311 - no secret
        if port not in _GIVEN and is_free(port):
            _GIVEN.add(port)
            found.append(port)
    return found
