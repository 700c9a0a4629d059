"""The judge itself, on worlds made by hand: a sound one passes, and each way to break it is named."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.chaos.checker.invariants import check
from tests.chaos.checker.refusals import told_absent
from tests.chaos.checker.story import tell_all
from tests.chaos.checker.world import Access, Asked, Command, DeadLetter, Event, Record, World

NURSE, OTHER, CASE = "staff-1", "staff-2", "case-1"
LISTENERS = {"coordination": ("notify", "reporting")}


def _visit(n: int, **changes: object) -> dict[str, object]:
    envelope = {"id": f"command-{n}", "type": "RecordVisit", "author": NURSE, "subject": CASE, "deviceSeq": n}
    return {**envelope, "device": "tablet-1", "payload": {"visitId": f"visit-{n}", "memo": f"memo {n}"}, **changes}


def sound(visits: int = 3) -> World:
    """A case with two on its team; one of them recorded visits from her tablet, then read the case."""
    world = World(listeners=LISTENERS)
    opened = {"caseId": CASE, "team": [NURSE, OTHER]}
    world.events.append(
        Event("coordination", 1, "event-0", "banso.coordination.CaseOpened.v1", CASE, 1, "event-0", opened)
    )
    for n in range(1, visits + 1):
        said = {"visitId": f"visit-{n}", "caseId": CASE, "recordedBy": NURSE}
        type = "banso.coordination.VisitRecorded.v1"
        world.events.append(Event("coordination", n + 1, f"event-{n}", type, CASE, n + 1, f"command-{n}", said))
        world.commands.append(Command("coordination", f"command-{n}", NURSE, "RecordVisit"))
        world.access.append(Access("coordination", NURSE, "write", (("RecordVisit", CASE),), 10.0 * n + 1))
        world.journal += [
            {"at": 10.0 * n, "kind": "invoke", **_visit(n)},
            {"at": 10.0 * n + 2, "kind": "ok", "id": f"command-{n}"},
        ]
        world.tables["coordination.visit"].append((f"visit-{n}", CASE, NURSE))
        world.tables["coordination.visit_private"].append((f"visit-{n}", f"memo {n}"))
        world.tables["reporting.fact_visit"].append((f"visit-{n}", CASE))
        world.tables["notify.notice"].append(("visit_recorded", OTHER, "None", CASE))
    shown = [f"visit-{n}" for n in range(1, visits + 1)]
    world.journal.append({"at": 100.0, "kind": "read", "actor": NURSE, "case": CASE, "shown": shown, "took": 1.0})
    world.access.append(Access("coordination", NURSE, "read", (("case", CASE),), 99.5))
    world.records = [Record("coordination", 0, e.n, e.id, CASE, e.version) for e in world.events]
    world.seen = {(service, "coordination", CASE): visits + 1 for service in LISTENERS["coordination"]}
    world.tables["reporting.case_window"] = [(CASE,)]
    for table in ("coordination.case_member", "notify.case_team"):
        world.tables[table] = [(CASE, NURSE), (CASE, OTHER)]
    world.devices = {NURSE: {CASE}}
    return world


def test_a_sound_world_has_no_violation() -> None:
    assert check(sound(), []) == []


def _lose_acknowledged(world: World) -> None:
    world.commands.pop()
    world.access.pop(2)


def _apply_refused(world: World) -> None:
    world.journal[1] |= {"kind": "fail", "code": "not_found"}


def _refuse_without_a_reason(world: World) -> None:
    world.journal.append({"at": 60.0, "kind": "invoke", **_visit(4)})
    world.journal.append({"at": 61.0, "kind": "fail", "id": "command-4", "code": "not_found"})


def _phantom_command(world: World) -> None:
    world.commands.append(Command("coordination", "command-9", NURSE, "RecordVisit"))


def _phantom_row(world: World) -> None:
    world.tables["intake.consultation"] = [("consultation-9", NURSE)]


def _silent_command(world: World) -> None:
    world.events.pop()


def _words_of_another(world: World) -> None:
    world.tables["coordination.visit_private"][0] = ("visit-1", "memo 2")


def _lose_effect(world: World) -> None:
    world.tables["reporting.fact_visit"].pop()


def _double_effect(world: World) -> None:
    world.tables["notify.notice"].append(("visit_recorded", OTHER, "None", CASE))


def _gap(world: World) -> None:
    world.events[2] = replace(world.events[2], version=7)


def _not_on_the_bus(world: World) -> None:
    world.records.pop()


def _bus_out_of_order(world: World) -> None:
    world.records[1:3] = [replace(world.records[2], offset=2), replace(world.records[1], offset=3)]


def _not_applied(world: World) -> None:
    world.seen["notify", "coordination", CASE] -= 1


def _tablet_lacks(world: World) -> None:
    world.devices[NURSE] = set()


def _tablet_keeps(world: World) -> None:
    world.devices[NURSE] |= {"case-2"}


def _tablet_discards(world: World) -> None:
    world.journal.append({"at": 60.0, "kind": "queued", **_visit(4)})


def _queue_out_of_order(world: World) -> None:
    world.journal[0] |= {"deviceSeq": 9}


def _own_write_unseen(world: World) -> None:
    world.journal[-1]["shown"] = ["visit-1", "visit-2"]


def _overwrite(world: World) -> None:
    world.journal[2] |= {"baseVersion": 1}


def _write_unrecorded(world: World) -> None:
    world.access.pop(0)


def _read_recorded_late(world: World) -> None:
    world.access[-1] = replace(world.access[-1], at=100.2)


def _not_of_the_team(world: World) -> None:
    world.tables["coordination.case_member"] = [(CASE, OTHER)]
    world.devices = {}


def _read_by_a_stranger(world: World) -> None:
    read = {"at": 101.0, "kind": "read", "actor": "stranger", "case": CASE, "shown": ["visit-1"], "took": 1.0}
    world.journal.append(read)
    world.access.append(Access("coordination", "stranger", "read", (("case", CASE),), 100.5))


def _swallow(world: World) -> None:
    world.journal.append({"at": 50.0, "kind": "poison", "topic": "coordination", "partition": 1, "offset": 5})
    world.dead.append(DeadLetter("notify", "coordination", 1, 5, "None", "malformed"))


def _put_aside(world: World) -> None:
    world.dead.append(DeadLetter("notify", "coordination", 0, 3, CASE, "poison"))


def _never_at_rest(world: World) -> None:
    world.settled_after = None


def _unsynced(world: World) -> None:
    world.unsynced = ("takahashi",)


def _stopped(world: World) -> None:
    world.stopped = ("notify",)


@pytest.mark.parametrize(
    ("breaks", "invariant"),
    [
        *((_lose_acknowledged, "I5"), (_apply_refused, "I2"), (_phantom_command, "I4"), (_phantom_row, "I4")),
        *((_silent_command, "I1"), (_lose_effect, "I1"), (_double_effect, "I2"), (_gap, "I3"), (_not_on_the_bus, "I1")),
        *((_bus_out_of_order, "I3"), (_not_applied, "I3"), (_tablet_lacks, "I6"), (_tablet_keeps, "I6")),
        *((_tablet_discards, "I1"), (_queue_out_of_order, "I7"), (_own_write_unseen, "I7"), (_overwrite, "I8")),
        *((_write_unrecorded, "I9"), (_read_recorded_late, "I9"), (_not_of_the_team, "I10"), (_swallow, "I1")),
        *((_read_by_a_stranger, "I10"), (_words_of_another, "I1"), (_refuse_without_a_reason, "I5")),
        *((_put_aside, "I11"), (_never_at_rest, "I11"), (_stopped, "I11"), (_unsynced, "I11")),
    ],
)
def test_each_broken_world_is_named(breaks: Callable[[World], None], invariant: str) -> None:
    world = sound()
    breaks(world)
    violations = check(world, [])
    assert invariant in {violation.invariant for violation in violations}, violations
    assert f"{invariant}:" in tell_all(world, violations)


def test_a_case_that_a_restore_took_back_may_be_absent_for_a_minute_but_to_a_tablet() -> None:
    for seconds, device, found in ((30.0, None, []), (90.0, None, ["I5"]), (30.0, "tablet-1", ["I5"])):
        world = sound()
        _refuse_without_a_reason(world)
        world.journal[-2]["device"] = device
        world.journal[-1]["at"] = 200.0 + seconds
        world.journal.append({"at": 200.0, "kind": "restored", "backup_at": 199.0})
        assert [violation.invariant for violation in check(world, [])] == found
        assert told_absent(world) == ([] if found else ["command-4"])


def test_a_stranger_is_refused_at_any_time_and_is_not_counted() -> None:
    world = sound()
    _refuse_without_a_reason(world)
    world.journal[-2] |= {"device": None, "author": "staff-9"}
    world.journal.append({"at": 50.0, "kind": "restored", "backup_at": 49.0})
    assert (check(world, []), told_absent(world)) == ([], [])


def test_an_unknown_command_may_be_there_whole_or_not_at_all() -> None:
    there, absent = sound(), sound()
    there.journal[5] |= {"kind": "info", "why": "ReadTimeout"}
    there.journal[4]["device"] = None
    absent.journal.append({"at": 60.0, "kind": "invoke", **_visit(4, device=None)})
    absent.journal.append({"at": 65.0, "kind": "info", "id": "command-4", "why": "ReadTimeout"})
    assert check(there, []) == check(absent, []) == []
    there.tables["reporting.fact_visit"].pop()
    assert [violation.invariant for violation in check(there, [])] == ["I1"]


def test_an_acknowledgement_is_not_undone_by_a_later_answer() -> None:
    world = World(journal=[{"at": 1.0, "kind": "invoke", **_visit(1)}, {"at": 2.0, "kind": "ok", "id": "command-1"}])
    world.journal.append({"at": 3.0, "kind": "info", "id": "command-1", "why": "ReadTimeout"})
    assert world.asked == {"command-1": Asked(world.journal[0], "ok", 1.0, 2.0, 1)}


def test_ten_thousand_commands_are_judged_in_linear_time() -> None:
    from time import process_time

    took = []
    for visits in (2_000, 20_000):
        world = sound(visits)
        begun = process_time()
        assert check(world, []) == []
        took.append(process_time() - begun)
    assert took[1] < 40 * took[0], took
