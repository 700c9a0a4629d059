"""I5: a fault is no reason to say no for good."""

from collections.abc import Iterator

from tests.chaos.checker.world import Violation, World

DECIDE_HANDOFF = ("AcceptHandoff", "ReturnHandoff", "WithdrawHandoff")
SETTLED_WITHIN = 60.0
"""Seconds after the last fault and the last work."""


def refused_for_a_reason(world: World) -> Iterator[Violation]:
    """The town's work is refused only where two meet, to a stranger, or to somebody at a screen while a case that a restore took back
    is not open again (`told_absent`); a tablet asks nobody then."""
    teams, absent = set(world.tables.get("coordination.case_member", ())), set(told_absent(world))
    decided = {asked.envelope["subject"] for type in DECIDE_HANDOFF for asked in world.asked_for(type)}
    for line in world.journal:
        if line["kind"] != "fail" or world.asked[line["id"]].state != "fail":
            continue
        said, code = world.asked[line["id"]].envelope, line["code"]
        met = code in ("already_accepted", "handoff_is_closed") and said["subject"] in decided
        late = code == "changed_meanwhile" and said.get("baseVersion") is not None
        stranger = code == "not_found" and (said["subject"], said["author"]) not in teams
        if not (met or late or stranger or line["id"] in absent):
            yield Violation("I5", f"{said['type']} was refused without a reason of its own: {code}", line["id"])


def told_absent(world: World) -> list[str]:
    """The commands of which somebody of the team, at a screen, was told "not found" within a minute of a restore."""
    teams = set(world.tables.get("coordination.case_member", ()))
    restored = [line["at"] for line in world.journal if line["kind"] == "restored"]
    refused = [line for line in world.journal if line["kind"] == "fail" and line["code"] == "not_found"]
    soon = [line["id"] for line in refused if any(0 < line["at"] - at < SETTLED_WITHIN for at in restored)]
    asked = {id: world.asked[id].envelope for id in soon if world.asked[id].state == "fail"}
    return [id for id, one in asked.items() if not one.get("device") and (one["subject"], one["author"]) in teams]
