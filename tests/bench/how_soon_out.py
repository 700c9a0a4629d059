"""`python -m tests.bench.how_soon_out`: how soon whoever is to be out is out, everywhere (goal: one second; architecture.md §7).

Twenty times each: sign-out, ended by the manager, another role, leaving, another password, a revoked device. Two figures, from the moment
the act was answered: until a copy of the cookie is refused, and until the stream of signals that was open is ended. The peer in the same
run: an ordinary answer to whoever may ask.
"""

import contextlib
import time
from collections.abc import Callable

from infra.stack import Stack
from services.kernel.ids import new_id
from tests.chaos.round import pick
from tests.service.gateway.test_passwords import change
from tests.service.gateway.test_sessions import ENDINGS, copy_of
from tests.support.city import running_city
from tests.support.hired import FIRST_PASSWORD, Hired, hire
from tests.support.person import Person
from tests.support.servers import running_servers
from tests.support.signals import listening
from tests.support.vault import Vault

TIMES, GOAL = 20, 1.0


def _by_another_password(city: Stack, hired: Hired, person: Person) -> None:
    assert change(Person(city.url, hired.login, FIRST_PASSWORD)).json() == {"changed": True}


def _by_revoking(city: Stack, hired: Hired, person: Person) -> None:
    manager = Person(city.url, "sasaki")
    [device] = {each["id"] for each in manager.ask("Devices")["devices"] if each["staff"]["id"] == person.id}
    assert manager.ask("RevokeDevice", id=device)["revokeDevice"] is True


def _by_another_role(city: Stack, hired: Hired, person: Person) -> None:
    hired.reassign(role="manager")


ACTS: dict[str, Callable[[Stack, Hired, Person], None]] = {
    **ENDINGS,
    "another role": _by_another_role,
    "another password": _by_another_password,
    "a revoked device": _by_revoking,
}
GOES_ON = {"another role"}
"""Whose session goes on, with what may be read now; its stream of before ends."""


def seconds_until_out(city: Stack, how: str) -> tuple[float, float]:
    """Until the cookie is refused, until the stream is ended."""
    hired, device = hire(city), new_id()
    person = Person(city.url, hired.login, FIRST_PASSWORD, device=device)
    Vault.of(person, device)
    stolen = copy_of(person)
    with listening(person) as ear:
        ACTS[how](city, hired, person)
        begun = time.monotonic()
        while how not in GOES_ON and stolen.post("/graphql", json={}).status_code != 401:
            assert time.monotonic() - begun < 10, f"{how}: still in"
        refused = time.monotonic() - begun
        return refused, ear.wait_for_end() - begun


def main() -> None:
    """Exit 1 when one of them took longer than a second."""
    slowest = 0.0
    with contextlib.ExitStack() as at_end:
        city = at_end.enter_context(running_city(at_end.enter_context(running_servers()), "bench"))
        for how in ACTS:
            refused, ended = zip(*(seconds_until_out(city, how) for _ in range(TIMES)), strict=True)
            slowest = max(slowest, *refused, *ended)
            cookie = (
                f"cookie refused p50 {pick(refused, 0.5):.3f}, slowest {max(refused):.3f} s; "
                if how not in GOES_ON
                else ""
            )
            print(f"{how}: {cookie}stream ended p50 {pick(ended, 0.5):.3f}, slowest {max(ended):.3f} s")
        peer, answers = Person(city.url, "takahashi"), list[float]()
        for _ in range(TIMES):
            begun = time.monotonic()
            peer.ask("Me")
            answers.append(time.monotonic() - begun)
    print(
        f"an ordinary answer: p50 {pick(answers, 0.5):.3f}, slowest {max(answers):.3f} s; slowest of all {slowest:.3f} of {GOAL:.0f} s"
    )
    raise SystemExit(slowest > GOAL)


if __name__ == "__main__":
    main()
