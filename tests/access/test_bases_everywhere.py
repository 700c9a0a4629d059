"""What a basis opens, through every root and every paper: the columns granted, ended, expired and kept off of the matrix.

test_bases.py says field by field what `case` and `cases` then hold. Here everybody who is not on the team asks every root with every
field, and every paper, before a basis, while it stands, and after: what it adds stands in `OPENED_BESIDES` (for anybody but its
reader: nothing), and once it is over its reader sees exactly what was seen before it.
"""

import asyncio
from collections.abc import Iterator
from uuid import UUID

import pytest

from infra.stack import Stack
from services.kernel.ids import new_id
from tests.access.test_bases import COMMAND, expire
from tests.access.test_fields import BY_CHANCE, Story
from tests.support.full_documents import all_fields
from tests.support.person import Person, basis_payload

READER = {"consent": "partner", "conference": "partner", "article_69_2": "partner", "emergency": "same_unit"}
ENDS = ("ended", "expired", "kept off")
TEAM = {"member", "colleague", "manager"}
PAPERS = (
    "/print/who-saw/{case}",
    "/print/disclosure/{case}",
    "/print/sheet-who-saw/{sheet}",
    "/print/sheet-disclosure/{sheet}",
)
CALLED = {"Conference.caseId", "Conference.fromAt", "Conference.id", "Conference.pledged", "Conference.until"}
OPENED_BESIDES: dict[str, dict[str, set[str]]] = {kind: {} for kind in COMMAND} | {
    "conference": {"conferences": CALLED}
}
"""Kind of basis -> row -> fields, besides `case` and `cases`."""
Seen = dict[str, set[str]]


@pytest.fixture(scope="module")
def story(city: Stack) -> Iterator[Story]:
    yield Story(city)


@pytest.fixture(scope="module")
def before(story: Story) -> dict[str, Seen]:
    """What each of those who are not on the team sees without any of these bases."""
    return {who: everything(story, who) for who in story.people if who not in TEAM}


def everything(story: Story, who: str) -> Seen:
    """Row -> the fields of the story that hold something; paper -> whether there is one."""
    person = story.people[who]
    seen = {row: story.seen(row, person) - BY_CHANCE for row in story.roots()}
    for paper in PAPERS:
        answer = person.http.get(paper.format(case=story.case, sheet=story.consultation))
        seen[paper] = {"the paper"} if answer.status_code == 200 else set()
    return seen


def gains(before: Seen, after: Seen) -> Seen:
    return {row: after[row] - before[row] for row in after if after[row] - before[row]}


def give(story: Story, kind: str) -> str:
    """A basis of the kind, and the pledge it may need. Returns its id."""
    basis, reader = new_id(), story.people[READER[kind]]
    giver = {"article_69_2": story.people["manager"], "emergency": reader}.get(kind, story.people["member"])
    to = reader.id if kind == "conference" else "wakamono-station"
    giver.do(COMMAND[kind], story.case, basis_payload(COMMAND[kind], basis, to))
    if kind == "conference":
        reader.do("PledgeSecrecy", story.case, {"basisId": str(basis)})
    return str(basis)


def take_away(city: Stack, story: Story, basis: str, how: str, reader: Person) -> None:
    match how:
        case "ended":
            story.people["member"].do("EndBasis", story.case, {"basisId": basis})
        case "expired":
            asyncio.run(expire(city, UUID(basis)))
        case "kept off":
            story.people["manager"].do("KeepOff", story.case, {"staffId": reader.id})


@pytest.mark.parametrize("kind", COMMAND)
def test_a_basis_opens_nothing_anywhere_to_anybody_else_and_leaves_nothing(
    city: Stack, story: Story, before: dict[str, Seen], kind: str
) -> None:
    reader, walks = READER[kind], 0
    for how in ENDS:
        basis = give(story, kind)
        looking = before if how == ENDS[0] else [reader]
        opened = {who: gains(before[who], everything(story, who)) for who in looking}
        mine = opened.pop(reader)
        assert opened == {key: {} for key in opened}, "something is open to others"
        assert mine.pop("case") and mine.pop("cases"), "the basis opens the case"
        assert mine == OPENED_BESIDES[kind]
        take_away(city, story, basis, how, story.people[reader])
        assert gains(before[reader], everything(story, reader)) == {}, f"{how}, and something stays"
        walks += len(opened) + 2
    story.people["member"].do("EndBasis", story.case, {"basisId": basis})  # whoever is let in again has it no more
    story.people["manager"].do("LetIn", story.case, {"staffId": story.people[reader].id})
    print(f"{kind}: {walks * (len(story.roots()) * len(all_fields()) + len(PAPERS))} cells")
