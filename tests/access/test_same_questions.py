"""Not yours = not found, by the database's own log: what is another's and what is nowhere make a service ask the same statements, as
often. `test_same_answer.py` holds the clock beside it, which one more cached statement does not move.
"""

import asyncio
import re
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from infra.stack import Stack
from services.contracts.registry import COMMAND_OWNERS
from services.kernel.db import connect
from services.kernel.ids import new_id
from tests.access.matrix import PEOPLE
from tests.access.test_allowed import House, thing_for
from tests.access.test_same_answer import (
    Ask,
    asking_command,
    asking_view,
    kind_of,
    tell_theirs,
    views_of,
)
from tests.support.city import running_city
from tests.support.full_documents import trusting_full_documents
from tests.support.person import Person, open_case
from tests.support.servers import Servers

TIMES, QUIET_SECONDS, LATE_SECONDS = 20, 3.0, 0.1
OWNERS = ("intake", "coordination", "ibasho")
BEGIN = {"OpenConsultation", "ScheduleSession", "UseEmergency", "UseEmergencyByNumber"}
"""Refused to nobody of the city: it begins something of one's own, or opens with a reason what is there (69条; how a number
that opens nothing is silent: `service/coordination/test_emergency_by_number.py`)."""
TRACES = {"ViewedOffline", "ViewedSessionOffline"}
"""What was looked at is noted of whatever it was, and says nothing back."""
EVERY = [command for command, owner in COMMAND_OWNERS.items() if owner in OWNERS and command not in BEGIN]
_EXECUTED = re.compile(r"LOG:  execute [^:]+: (.*?)(?=\n\d{4}-\d\d-\d\d |\Z)", re.DOTALL)


class Questions:
    """What PostgreSQL is asked by a city's services, read from its log: the text of each statement, no value of any."""

    def __init__(self, city: Stack, theirs: dict[str, UUID], log: Path) -> None:
        self.city, self.theirs, self._log = city, theirs, log
        time.sleep(QUIET_SECONDS)
        self.background = {*self._since(0)}
        """What is asked anyway: loops, and what was asked at the start."""

    def _since(self, start: int) -> Counter[str]:
        return Counter(_EXECUTED.findall(self._log.read_text(encoding="utf8")[start:]))

    async def of(self, ask: Ask, ids: list[str]) -> Counter[str]:
        """How often each statement was asked for all of these."""
        start = len(self._log.read_text(encoding="utf8"))
        for one in ids:
            await ask(one)
        await asyncio.sleep(LATE_SECONDS)
        found = self._since(start)
        return Counter({text: count for text, count in found.items() if text not in self.background})


@pytest.fixture(scope="module")
def questions(servers: Servers) -> Iterator[Questions]:
    """A city of its own, whose databases write down what its services ask."""
    with running_city(servers, "asked", trusting_full_documents(servers.home)) as city:
        theirs = tell_theirs(city)
        asyncio.run(write_down(city))
        city.stop(OWNERS)
        city.start(OWNERS)
        yield Questions(city, theirs, servers.postgres.log)


async def write_down(city: Stack) -> None:
    """Whoever connects from now on as one of these services."""
    admin = await connect(city.admin_dsn)
    try:
        for name in OWNERS:
            await admin.execute(f"alter role {city.prefix}_{name}_app set log_statement = 'all'")
    finally:
        await admin.close()


async def is_one_list(what: str, questions: Questions, ask: Ask, theirs: UUID) -> None:
    """The same statements, each as often; and there are some. What came before has gone its whole way by then."""
    await asyncio.to_thread(questions.city.wait_settled)
    await questions.of(ask, [str(theirs), str(new_id())])  # the first time a type is looked up
    nowhere = await questions.of(ask, [str(new_id()) for _ in range(TIMES)])
    another = await questions.of(ask, [str(theirs)] * TIMES)
    assert sum(another.values()) >= TIMES, f"{what}: nothing was asked"
    assert another == nowhere, f"{what}: {another - nowhere} | {nowhere - another}"


@pytest.mark.parametrize("service", OWNERS)
async def test_every_view_with_an_id_asks_the_same(questions: Questions, service: str) -> None:
    city = questions.city
    async with httpx.AsyncClient(base_url=city.service_url(service), timeout=10) as client:
        for path in await views_of(client, service):
            ask = asking_view(city, client, service, path)
            await is_one_list(path, questions, ask, questions.theirs[kind_of(path)])


async def test_a_case_whose_use_is_stopped_asks_the_same(questions: Questions) -> None:
    """Its team is told why there is nothing to read; a stranger not even by a statement more."""
    city, suspended = questions.city, str(new_id())
    case = open_case(Person(city.url, "watanabe"), Person(city.url, "takahashi"))
    asked = {"requestId": suspended, "kind": "suspension"}
    Person(city.url, "takahashi").do("OpenPersonRequest", case, asked)
    Person(city.url, "sasaki").do("DecidePersonRequest", case, {"requestId": suspended, "decision": "approve"})
    path = "/views/cases/{case_id}"
    async with httpx.AsyncClient(base_url=city.service_url("coordination"), timeout=10) as client:
        await is_one_list(path, questions, asking_view(city, client, "coordination", path), case)


@pytest.fixture(scope="module")
def house(questions: Questions) -> House:
    return House({name: Person(questions.city.url, login) for name, login in PEOPLE.items()})


@pytest.mark.parametrize("command", EVERY)
async def test_a_command_asks_the_same(questions: Questions, house: House, command: str) -> None:
    """Whatever is sent about another's thing: its owner is whoever may do it, the stranger never."""
    service = COMMAND_OWNERS[command]
    subject, payload = thing_for(house, command)
    async with httpx.AsyncClient(base_url=questions.city.service_url(service), timeout=10) as client:
        ask = asking_command(questions.city, client, command, service, payload)
        await is_one_list(command, questions, ask, UUID(str(subject)))
        [said] = (await ask(str(subject))).json()["outcomes"]
        assert said["code"] == (None if command in TRACES else "not_found")
