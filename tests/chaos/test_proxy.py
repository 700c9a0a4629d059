"""The path between two parts of a town: what hurts it is itself no fault."""

from concurrent.futures import ThreadPoolExecutor

from infra.ports import free_ports
from tests.chaos.faults.proxy import Proxy


def test_two_faults_that_end_at_once_open_the_path_once() -> None:
    path = Proxy(*free_ports(2))
    with ThreadPoolExecutor(4) as hands:
        for _ in range(50):
            path.cut()
            for healed in [hands.submit(path.heal) for _ in range(4)]:
                healed.result()
    path.stop()
