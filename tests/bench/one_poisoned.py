"""`python -m tests.bench.one_poisoned`: what everybody else notices while one aggregate is poisoned (reliability.md §6).

A visit to a case is recorded, and right after it one to the case that is measured: the seconds from the event's record to its
notice, both by PostgreSQL's clock. In turns, drawn by lot, the case before it is healthy or poisoned (a listener cannot read one of its
events: everything of it since is put aside). What is judged is the ratio of the two p99 (goal: at most 1.10).
"""

import asyncio
import contextlib
import random
import time
import uuid

from aiokafka import AIOKafkaProducer

from infra.stack import Stack
from tests.chaos.round import pick
from tests.support.city import running_city
from tests.support.person import Person, open_case, visit_payload
from tests.support.rows import rows
from tests.support.servers import running_servers

SAMPLES, GOAL = 600, 1.10
_RECORDED = "select event_id, recorded_at from outbox where subject = $1 and type like '%VisitRecorded%' order by id"
_TOLD = "select causation_id, min(recorded_at) as at from outbox where type like '%NoticeRaised%' group by 1"
_ASIDE = "select count(*) as found from dead_letter where subject = $1"


async def poison(stack: Stack, case: uuid.UUID) -> None:
    """An event of this case of a type that nobody knows."""
    said = {"ce_id": str(uuid.uuid4()), "ce_type": "banso.coordination.NeverHeardOf.v1", "ce_subject": str(case)}
    producer = AIOKafkaProducer(bootstrap_servers=stack.bootstrap)
    await producer.start()
    try:
        headers = [(name, value.encode()) for name, value in said.items()]
        await producer.send_and_wait(f"{stack.prefix}.coordination", b"{}", key=str(case).encode(), headers=headers)
    finally:
        await producer.stop()


def measure(stack: Stack) -> dict[bool, tuple[list[float], list[float]]]:
    """Milliseconds of (the command's answer, the notice) by whether the case before was poisoned."""
    clerk, author, colleague = (Person(stack.url, login) for login in ("watanabe", "takahashi", "hamada"))
    sick, healthy, other = (open_case(clerk, author, colleague) for _ in range(3))
    asyncio.run(poison(stack, sick))
    stack.wait_settled()
    turns, answered = [True, False] * SAMPLES, list[float]()
    random.Random(1).shuffle(turns)
    for is_poisoned in turns:
        author.do("RecordVisit", sick if is_poisoned else healthy, visit_payload())
        begun = time.perf_counter()
        author.do("RecordVisit", other, visit_payload())
        answered.append((time.perf_counter() - begun) * 1000)
    stack.wait_settled()
    assert rows(stack, "notify", _ASIDE, sick)[0]["found"] == SAMPLES + 1, "the case was not poisoned all the time"
    told = {row["causation_id"]: row["at"] for row in rows(stack, "notify", _TOLD)}
    recorded = rows(stack, "coordination", _RECORDED, other)
    noticed = [(told[row["event_id"]] - row["recorded_at"]).total_seconds() * 1000 for row in recorded]
    found: dict[bool, tuple[list[float], list[float]]] = {True: ([], []), False: ([], [])}
    for is_poisoned, *took in zip(turns, answered, noticed, strict=True):
        for times, one in zip(found[is_poisoned], took, strict=True):
            times.append(one)
    return found


def main() -> None:
    """One city, one run, one line for each of the two."""
    with contextlib.ExitStack() as at_end:
        stack = at_end.enter_context(running_city(at_end.enter_context(running_servers()), "bench"))
        found = measure(stack)
    for what, with_one, without in zip(("answer", "notice"), found[True], found[False], strict=True):
        print(
            f"{what}: p50 {pick(with_one, 0.5):.1f} ms beside a poisoned case, {pick(without, 0.5):.1f} without;"
            f" p99 {pick(with_one, 0.99):.1f} and {pick(without, 0.99):.1f}:"
            f" {pick(with_one, 0.99) / pick(without, 0.99):.2f}x of {GOAL:.2f}"
        )


if __name__ == "__main__":
    main()
