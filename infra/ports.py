"""Ports on the loopback interface. `make run` has its usual ones; BANSO_PORT_BASE moves all of them together."""

import os
import socket

from infra.paths import SERVICES

_NAMES = (*SERVICES, "PostgreSQL", "Kafka", "Kafka controller", "copier")
_USUAL = (8080, 8101, 8102, 8103, 8104, 8105, 54329, 19092, 19093, 8106)
_BASE = os.environ.get("BANSO_PORT_BASE")
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
    """Distinct ports nobody uses right now (for tests; somebody else may still take one)."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()
