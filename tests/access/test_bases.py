"""Relations × bases, field by field, through the gateway: what each basis opens in every root and on every page to print, and that
its end, its hour and a kept-off row leave nothing of it.

`bases.json` is the expected table: row (a root of the schema with its variables) -> kind of basis -> the fields that this basis
adds to what its reader had without any; and the fields that no basis opens. A root or field of the schema that stands in neither
is red. Once it is over, every answer is again exactly the one from before there was any basis; only the notice that called
somebody to a meeting, which says nothing of whose it was, stays with them (`left`). After a wanted change, compare
`var/test/bases.json` (what was seen) with the table line by line, then copy it.
"""

import asyncio
import json
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest

from infra.paths import ROOT
from infra.stack import Stack
from services.kernel.db import connect
from services.kernel.ids import new_id
from tests.access.matrix import PEOPLE, ROUTES
from tests.access.test_fields import Story
from tests.support.full_documents import SCHEMA, all_fields, fields_below, seen_fields
from tests.support.person import basis_payload, wait_until

TABLE = ROOT / "tests" / "access" / "bases.json"
SEEN = ROOT / "var" / "test" / "bases.json"
COMMAND = {"consent": "GiveConsent", "article_69_2": "ShareByLaw", "emergency": "UseEmergency"}
COMMAND |= {"conference": "ConveneConference"}  # the last: its notice stays with its reader
READER = {"consent": "partner", "article_69_2": "partner", "emergency": "other_unit", "conference": "partner"}
TOLD = {"emergency": "ibasho_manager"}
"""Who is told that there is a basis, and of what kind: the manager of whoever used it."""
OWN = {"member", "colleague", "manager"}
PAGES = sorted(path for path in ROUTES["session"] if path.startswith("/print/"))
OF_THE_LOG = {"access log", "sheet access log", "access log by number", "who saw", "logReaders", "holdings"}
OF_THE_LOG |= {"/print/who-saw/{case_id}", "/print/sheet-who-saw/{consultation_id}"}
OF_THE_LOG |= {"/print/participant-who-saw/{participant_id}"}
"""They grow by every look, for those who answer for the log: `LOG_KEEPERS`. Who else may see them: test_fields.py."""
CLOCKS = {"serverTime", "lastSeenAt"}
LOG_KEEPERS = {"auditor", "window_manager", "ibasho_manager"}
ELSEWHERE = {
    **dict.fromkeys(
        ("Case.closedAt", "CaseCard.closedAt"), "of a closed case: tests/service/coordination/test_closing.py"
    ),
    "ContactSafety.personPhone": "away while 本人 does not know: tests/service/coordination/test_basis.py",
    "NextPromise.at": "an appointment of the package, before any visit: tests/service/coordination/test_basis.py",
}
"""What a basis may open and this story does not fill."""
Fields = dict[str, list[str]]
"""Row -> fields."""


class Shared(Story):
    """A sheet, a package, a case, a visit, an afternoon and requests, every field filled, and what everybody had of them before
    there was any basis."""

    def __init__(self, city: Stack) -> None:
        super().__init__(city)
        self.number = self.people["member"].ask("Case", id=self.case)["case"]["receiptNumber"]
        self.before = of_each(self.answers, {*PEOPLE} - OWN)
        self.found: dict[str, dict[str, Fields]] = {"opened": {}, "left": {}}

    def _sharing(self) -> None:
        self.bases = []

    def roots(self) -> dict[str, tuple[str, dict[str, Any]]]:
        return super().roots() | {
            "sync of a held case": ("sync", {"have": [{"kind": "case", "id": self.case, "etag": "0"}], "waiting": 0}),
            "access log by number": ("accessLog", {"days": 1, "receiptNumber": self.number}),
        }

    def answers(self, who: str, *only: str) -> dict[str, Any]:
        """Everything one of them gets of every root and every page to print, or of these rows alone; the clock apart."""
        person, answers = self.people[who], dict[str, Any]()
        for row, (root, about) in self.roots().items():
            if not only or row in only:
                answers[row] = person.ask_everything(root, **about)
        for path in () if only else PAGES:
            ids = {"consultation_id": self.open_consultation, "participant_id": self.participant}
            page = person.http.get(path.format(case_id=self.case, **ids))
            answers[path] = page.text if page.status_code == 200 else None
        return {row: without_clocks(one) for row, one in answers.items()}

    def gained(self, who: str, *only: str) -> Fields:
        """Row -> the fields in which something stands that did not before there was a basis, or not any more."""
        assert SCHEMA.query_type
        roots, found = SCHEMA.query_type.fields, Fields()
        for row, now in self.answers(who, *only).items():
            before = self.before[who][row]
            if now == before or (who in LOG_KEEPERS and row in OF_THE_LOG):
                continue
            of = None if row in PAGES else roots[self.roots()[row][0]].type
            fields = seen_fields(of, more(before, now)) | seen_fields(of, more(now, before)) if of else set()
            found[row] = sorted(fields)
        return found

    def share(self, kind: str) -> str:
        """Opened to the reader of the kind by a basis; its id."""
        member, reader, basis = self.people["member"], self.people[READER[kind]], str(new_id())
        giver = {"article_69_2": self.people["manager"], "emergency": reader}.get(kind, member)
        to = reader.id if kind == "conference" else "wakamono-station"
        told = self.people[TOLD.get(kind, READER[kind])]
        called = len(told.ask("Notices")["notices"])
        giver.do(COMMAND[kind], self.case, basis_payload(COMMAND[kind], basis, to))
        if kind == "conference":
            assert reader.ask_everything("case", id=self.case) is None, "before the pledge"
            reader.do("PledgeSecrecy", self.case, {"basisId": basis})
        if kind in {"conference", *TOLD}:
            wait_until(lambda: len(told.ask("Notices")["notices"]) > called)
        return basis


def of_each(ask: Callable[[str], Any], people: Collection[str]) -> dict[str, Any]:
    """What each of them gets, several asked at a time."""
    with ThreadPoolExecutor(4) as pool:
        return dict(zip(people, pool.map(ask, people), strict=True))


def without_clocks(answer: Any) -> Any:
    """Without the moment of the answer itself, nor when each sign-in and device was last heard of or what comes first by that."""
    if isinstance(answer, list):
        return sorted((without_clocks(each) for each in answer), key=str)
    if isinstance(answer, dict):
        clocks = CLOCKS | ({"lastContactAt"} if "revokedAt" in answer else set())
        return {**answer, **dict.fromkeys(clocks & answer.keys())}
    return answer


def more(before: Any, after: Any) -> Any:
    """What of an answer was not in the one before."""
    if isinstance(before, list) and isinstance(after, list):
        return [each for each in after if each not in before]
    if isinstance(before, dict) and isinstance(after, dict):
        return {name: more(before.get(name), value) for name, value in after.items() if before.get(name) != value}
    return after


def table() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(TABLE.read_text(encoding="utf8"))
    return read


def write_seen(story: Shared) -> None:
    """As the table has it, of the kinds tried so far."""
    opened = story.found["opened"]
    rows = {row: {kind: opened[kind][row] for kind in opened if row in opened[kind]} for row in all_rows(story)}
    fields = {field for kinds in rows.values() for one in kinds.values() for field in one}
    said = {"rows": rows, "left": story.found["left"], "never": sorted(all_fields() - fields - {*ELSEWHERE})}
    SEEN.parent.mkdir(parents=True, exist_ok=True)
    SEEN.write_text(json.dumps(said, ensure_ascii=False, indent=1) + "\n", encoding="utf8")


def all_rows(story: Shared) -> list[str]:
    return [*story.roots(), *PAGES]


@pytest.fixture(scope="module")
def story(city: Stack) -> Iterator[Shared]:
    yield Shared(city)


async def expire(city: Stack, basis: str) -> None:
    """As if its hour had come."""
    connection = await connect(city.dsns["coordination"].owner)
    await connection.execute("update basis set until = now() where basis_id = $1", UUID(basis))
    await connection.close()


@pytest.mark.parametrize("kind", COMMAND)
def test_a_basis_opens_its_fields_to_its_reader_alone(city: Stack, story: Shared, kind: str) -> None:
    """granted, ended; granted again, kept off, let in again, expired: every field of every root."""
    reader, member, manager = (story.people[who] for who in (READER[kind], "member", "manager"))
    first = story.share(kind)
    opened = story.found["opened"][kind] = story.gained(READER[kind])
    others = of_each(story.gained, story.before.keys() - {READER[kind]})
    member.do("EndBasis", story.case, {"basisId": first})
    left = story.gained(READER[kind])
    story.found["left"] |= {kind: left} if left else {}
    write_seen(story)
    assert opened == {row: kinds[kind] for row, kinds in table()["rows"].items() if kind in kinds}
    told = others.pop(TOLD.get(kind, ""), {})
    assert {row.split(" of ")[0] for row in told} <= {"notices", "today", "sync"} and bool(told) == (kind in TOLD), (
        "that it was used, nothing of it"
    )
    assert {who: rows for who, rows in others.items() if rows} == {}, "to whom it opens nothing"
    assert_over(story, kind, "ended", left)
    second = story.share(kind)
    assert story.gained(READER[kind], "case") == {"case": opened["case"]}
    manager.do("KeepOff", story.case, {"staffId": reader.id})
    assert_over(story, kind, "kept off", story.gained(READER[kind]))
    manager.do("LetIn", story.case, {"staffId": reader.id})
    assert story.gained(READER[kind], "case") == {"case": opened["case"]}, "in force until its hour"
    asyncio.run(expire(city, second))
    assert_over(story, kind, "expired", story.gained(READER[kind]))
    if kind in TOLD:
        story.before[TOLD[kind]] = story.answers(TOLD[kind])  # the notices stay
    fields = sum(len(fields_below(root)) for root, _ in story.roots().values()) + len(PAGES)
    print(f"{fields * (len(story.before) + 3)} cells: {kind}, {len(all_rows(story))} rows, {len(story.before)} people")


def assert_over(story: Shared, kind: str, state: str, left: Fields) -> None:
    """Its reader has again exactly what they had; of the case itself nobody has anything."""
    assert left == table()["left"].get(kind, {}), state
    others = of_each(lambda who: story.gained(who, "case", "cases"), story.before.keys() - {READER[kind]})
    assert {who: rows for who, rows in others.items() if rows} == {}, state


def test_every_root_is_asked_and_every_field_has_a_row(story: Shared) -> None:
    """And is asked in earnest: to somebody each row says something."""
    assert SCHEMA.query_type
    assert {root for root, _ in story.roots().values()} == {*SCHEMA.query_type.fields}
    answers = [*story.before.values(), *of_each(story.answers, OWN).values()]
    assert {row for row in all_rows(story) if all(one[row] is None for one in answers)} == set()
    rows, never = table()["rows"], table()["never"]
    assert {*rows} == {*all_rows(story)}
    opened = {field for kinds in rows.values() for fields in kinds.values() for field in fields}
    assert sorted([*opened, *never, *ELSEWHERE]) == sorted(all_fields())


def test_what_only_a_meeting_opens_and_what_no_basis_does() -> None:
    """Of the family and the team's own notes only a meeting, but for the number to call, which an emergency opens too;
    onto a device, into the sharing, the requests and the log, none."""
    family = {"familyWords", "memo", "callerKind", "callerRelation", "channel", "promised"}
    for row, kinds in table()["rows"].items():
        for kind, fields in kinds.items():
            assert kind == "conference" or not {field.split(".")[1] for field in fields} & family, (row, kind)
            assert kind in ("conference", "emergency") or "ContactSafety.callerPhone" not in fields, (row, kind)
            assert kind in ("consent", "conference") or "TimelineEntry.personWords" not in fields, (row, kind)
    kept = {
        "HeldCase",
        "Sharing",
        "Basis",
        "Holdings",
        "WhoSaw",
        "AccessLine",
        "PersonRequest",
        "JoinedToken",
        "Consultation",
    }
    opened = {field.split(".")[0] for field in all_fields() - {*table()["never"]}}
    assert opened & kept == set()


def test_a_refusal_by_basis_and_an_absent_case_are_the_same_answer(story: Shared) -> None:
    basis = story.share("consent")
    story.people["member"].do("EndBasis", story.case, {"basisId": basis})
    denied = story.people["partner"].post("Case", id=story.case)
    absent = story.people["partner"].post("Case", id=str(new_id()))
    assert (denied.status_code, denied.json(), set(denied.headers)) == (200, absent.json(), set(absent.headers))
