"""Not yours = not found: for every view with an id, what is another's and what is nowhere are one answer, at one time.

The views are walked as the matrix walks them: a new one with an id is measured, and an id nobody knows here is red.
"""

import re
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator
from uuid import UUID

import httpx
import pytest

from infra.stack import Stack
from services.contracts.codes import Role
from services.kernel.ids import new_id
from services.kernel.token import Actor, Signer, service_actor
from tests.access.matrix import ROUTES
from tests.access.test_matrix import SERVICES
from tests.support.hired import FIRST_PASSWORD, hire
from tests.support.person import Person, consultation_payload, open_case, package_payload, session_payload
from tests.support.rows import rows

TIMES = 24
STRANGER = Actor(new_id(), "staff", tuple(("unit-of-nothing", role) for role in Role if role is not Role.AUDITOR))
"""Every role, in a unit that has nothing: refused by relation alone. Auditors look into every log."""
Ask = Callable[[str], Awaitable[httpx.Response]]


@pytest.fixture(scope="module")
def theirs(city: Stack) -> Iterator[dict[str, UUID]]:
    """A thing of every kind that has an id in a path."""
    clerk, member = Person(city.url, "watanabe"), Person(city.url, "takahashi")
    case, consultation, handoff, session = open_case(clerk, member), new_id(), new_id(), new_id()
    clerk.do("OpenConsultation", consultation, consultation_payload())
    clerk.do("HandOff", handoff, package_payload(consultation))
    host = Person(city.url, "mori")
    host.do("ScheduleSession", session, session_payload(host))
    member.do("OpenPersonRequest", case, {"requestId": str(new_id()), "kind": "disclosure"})
    yield {"case_id": case, "consultation_id": consultation, "handoff_id": handoff, "session_id": session}


async def views_of(client: httpx.AsyncClient, service: str) -> list[str]:
    found = (await client.get("/openapi.json")).json()["paths"]
    return [path for path, methods in found.items() if "get" in methods and "{" in path]


async def is_one_answer(path: str, ids: dict[str, UUID], ask: Ask) -> None:
    """Same status, body and headers; the medians differ by less than the answers of one kind do among themselves."""
    [kind] = re.findall(r"\{(\w+)\}", path)
    said: dict[str, set[tuple[object, ...]]] = {"theirs": set(), "absent": set()}
    taken: dict[str, list[float]] = {"theirs": [], "absent": []}
    for _ in range(TIMES):
        for which, one in (("theirs", ids[kind]), ("absent", new_id())):
            begun = time.perf_counter()
            answer = await ask(path.replace(f"{{{kind}}}", str(one)))
            taken[which].append(time.perf_counter() - begun)
            said[which].add((answer.status_code, answer.text, tuple(sorted({*answer.headers} - {"date"}))))
    assert said["theirs"] == said["absent"] and len(said["theirs"]) == 1, path
    assert next(iter(said["absent"]))[0] == 404, path
    theirs, absent = (statistics.quantiles(times, n=4) for times in taken.values())
    noise = max(theirs[2] - theirs[0], absent[2] - absent[0])
    assert abs(theirs[1] - absent[1]) <= noise + 0.001, (path, theirs, absent)


@pytest.mark.parametrize("service", SERVICES)
async def test_every_view_with_an_id_says_the_same_as_soon(city: Stack, theirs: dict[str, UUID], service: str) -> None:
    async with httpx.AsyncClient(base_url=city.service_url(service), timeout=10) as client:
        views = await views_of(client, service)
        assert bool(views) == (service not in {"notify", "reporting"})
        for path in views:
            by = (Signer(city.keys_dir, "coordination"), service_actor("coordination"))
            signer, actor = by if path.startswith("/packages/") else (Signer(city.keys_dir, "gateway"), STRANGER)

            async def ask(address: str, signer: Signer = signer, actor: Actor = actor) -> httpx.Response:
                headers = {"Authorization": f"Bearer {signer.sign(actor, service)}"}
                return await client.get(address, headers=headers, params={"event_id": str(new_id())})

            await is_one_answer(path, theirs, ask)
        print(f"{service}: {len(views)} views")


async def test_every_printed_page_says_the_same_as_soon(city: Stack, theirs: dict[str, UUID]) -> None:
    unit = f"unit-{new_id().hex[-8:]}"
    rows(city, "gateway", "insert into unit (unit_id, name) values ($1, '試しの係')", unit)
    stranger = Person(city.url, hire(city, unit, Role.MANAGER).login, FIRST_PASSWORD)
    pages = [path for path in ROUTES["session"] if "{" in path]
    assert len(pages) >= 2
    async with httpx.AsyncClient(base_url=city.url, timeout=10, cookies=dict(stranger.http.cookies)) as client:
        for path in pages:
            await is_one_answer(path, theirs, client.get)
