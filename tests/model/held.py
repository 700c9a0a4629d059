"""What the owners really hold of a few ids, read over SQL, in the shape of the model; and what people see of it through the gateway."""

from typing import Any

from infra.stack import Stack
from tests.model.acts import Staff
from tests.model.town import Town
from tests.support.person import Person
from tests.support.rows import rows

_OWNERS = {
    "consultations": (
        "intake",
        "select consultation_id, unit_id, opened_by, contact_rules from consultation",
        "consultation_id",
    ),
    "handoffs": (
        "intake",
        "select handoff_id, consultation_id, kind, status, from_unit, to_unit, handed_off_by, answered_by, case_id, kept_off from handoff",
        "consultation_id",
    ),
    "cases": (
        "coordination",
        "select case_id, handoff_id, unit_id, owner_id, array(select m.staff_id from case_member m where m.case_id = c.case_id"
        " and (m.until is null or m.until >= (now() at time zone 'Asia/Tokyo')::date)),"
        " array(select k.staff_id from case_kept_off k where k.case_id = c.case_id) from case_file c",
        "consultation_id",
    ),
    "visits": ("coordination", "select visit_id, case_id, recorded_by, outcome from visit", "case_id"),
    "waiting": (
        "coordination",
        "select quarantine_id, case_id, author_id, outcome, decision from quarantine",
        "case_id",
    ),
    "bases": (
        "coordination",
        "select basis_id, case_id, kind, given_by, unit_ids,"
        " array(select m.staff_id from conference_member m where m.basis_id = b.basis_id and m.pledged_at is not null),"
        " exists (select 1 from basis_end e where e.basis_id = b.basis_id) from basis b",
        "case_id",
    ),
    "sessions": (
        "ibasho",
        "select session_id, opened_at is not null, closed_at is not null,"
        " array(select t.staff_id from session_staff t where t.session_id = s.session_id),"
        " (select count(*)::int from closing_line_private l where l.session_id = s.session_id) from session s",
        "session_id",
    ),
    "facts": (
        "ibasho",
        "select attendance_id, session_id, kind, participant_id, recorded_by,"
        " (select count(*)::int from correction c where c.attendance_id = a.attendance_id) from attendance a",
        "session_id",
    ),
}


def _plain(value: Any) -> Any:
    if isinstance(value, list | set | tuple):
        return tuple(sorted(_plain(each) for each in value))
    return value if value is None or isinstance(value, bool | int) else str(value)


def held(stack: Stack, subjects: set[str]) -> dict[str, set[tuple[Any, ...]]]:
    """By kind, the rows about these subjects."""
    found = {
        kind: {
            tuple(map(_plain, row)) for row in rows(stack, owner, f"{query} where {by} = any($1::uuid[])", [*subjects])
        }
        for kind, (owner, query, by) in _OWNERS.items()
    }
    query = "select subject, version from subject_version where subject = any($1::uuid[])"
    versions = {
        tuple(map(_plain, row))
        for owner in ("intake", "coordination", "ibasho")
        for row in rows(stack, owner, query, [*subjects])
    }
    return found | {"versions": versions}


def modelled(town: Town) -> dict[str, set[tuple[Any, ...]]]:
    """The same of the model."""
    t = town
    handoffs = ("of", "kind", "status", "from", "to", "by", "answered_by", "case", "kept_off")
    shapes = {
        "consultations": (t.consultations, ("unit", "by", "rules")),
        "handoffs": (t.handoffs, handoffs),
        "cases": (t.cases, ("handoff", "unit", "owner", "team", "kept_off")),
        "visits": (t.visits, ("case", "by", "outcome")),
        "waiting": (t.waiting, ("case", "by", "outcome", "decision")),
        "bases": (t.bases, ("case", "kind", "by", "to", "pledged", "ended")),
        "sessions": (t.sessions, ("opened", "closed", "staff", "lines")),
        "facts": (t.facts, ("session", "kind", "who", "by", "corrected")),
    }
    found = {
        kind: {(id, *(_plain(each[name]) for name in names)) for id, each in things.items()}
        for kind, (things, names) in shapes.items()
    }
    return found | {"versions": {(subject, n) for subject, n in t.versions.items() if n}}


def seen(people: dict[str, tuple[Staff, Person]], town: Town) -> tuple[dict[Any, Any], dict[Any, Any]]:
    """Who sees which case through the gateway, and of those related to it, with which team and visits: (really, as modelled)."""
    really, wanted = {}, {}
    for case, thing in town.cases.items():
        for login, (who, person) in people.items():
            shown = person.ask("Case", id=case)["case"]
            really[case, login] = bool(shown)
            wanted[case, login] = town.sees(who, case)
            if shown and town.relates(who, case):
                visits = {each["id"] for each in shown["timeline"] if each["kind"] == "visit"}
                really[case, login] = ({each["id"] for each in shown["team"]}, visits)
                of_case = {id for id, visit in town.visits.items() if visit["case"] == case}
                wanted[case, login] = (thing["team"] - thing["kept_off"], of_case)
    return really, wanted
