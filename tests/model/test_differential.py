"""Random acts of several people on the real stack, beside a model in memory: the same answer to each, and in the end the same state.

`BANSO_ORACLE_EXAMPLES` sets how many lives are tried, `BANSO_ORACLE_SEED` another beginning.
"""

import os
from collections.abc import Iterator, Mapping
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from infra.seed_people import STAFF, staff_id
from infra.stack import Stack
from tests.model.acts import BEGINNING, PEOPLE, Act, Staff, acts, command, possible, who_acts
from tests.model.held import held, modelled, seen
from tests.model.town import Town
from tests.support.person import Person, wait_until
from tests.support.rows import rows

EXAMPLES = int(os.environ.get("BANSO_ORACLE_EXAMPLES", "12"))
FOUND_WITHIN, ROUND = 60, 8
SEED = int(os.environ.get("BANSO_ORACLE_SEED", "1"))
LIVES = count(int.from_bytes(os.urandom(2)) << 4)
TOLD = {"coordination": "intake", "intake": "coordination"}
MOVES_ON = ("AcceptHandoff", "ChangeTeam", "KeepOff", "LetIn")


class Both:
    """The real town and the modelled one, given the same commands."""

    def __init__(self, city: Stack, model: type[Town], people: Mapping[str, tuple[Staff, Person]]) -> None:
        self.city, self.model, self.people = city, model, people

    def live(self, life: list[Act]) -> None:
        """One life: each answer is compared, then the state, then what each sees."""
        town, said, number = self.model(), [], next(LIVES)
        for act in (*BEGINNING, *life):
            act = possible(act, town)
            subject, payload = command(act, town, number)
            who, person = self.people[who_acts(act, town, subject, payload)]
            envelope = person.envelope(act.type, subject, payload)
            if act.base is not None:
                envelope["baseVersion"] = max(0, town.versions[envelope["subject"]] + act.base)
            earlier = [each for each in said if each["author"] == who.id]
            if act.how == "again" and earlier:
                envelope = earlier[act.n[0] % len(earlier)]
            elif act.how == "reused" and earlier:
                envelope["id"] = earlier[act.n[0] % len(earlier)]["id"]
            elif act.how == "forged":
                envelope["author"] = self.people[PEOPLE[act.n[0] % len(PEOPLE)]][0].id
            said.append(envelope)
            self.compare_answer(envelope, person, town.do(who, envelope))
        self.compare_state(town)

    def compare_answer(self, envelope: dict, person: Person, wanted: str | None) -> None:
        outcome = wait_until(lambda: self.answered(envelope, person))
        assert (outcome["status"], outcome["code"]) == (("REFUSED", wanted) if wanted else ("ACCEPTED", None)), envelope
        if outcome["status"] == "ACCEPTED" and envelope["type"] in MOVES_ON:
            self.wait_until_told(envelope["subject"])

    @staticmethod
    def answered(envelope: dict, person: Person) -> dict | None:
        """What its owner says; after "again later" nothing, and it is sent once more, as by every client."""
        [outcome] = person.submit(envelope)
        return None if outcome["status"] == "RETRY" else outcome

    def wait_until_told(self, subject: str) -> None:
        """The other owner has heard the last event of the subject."""
        query = "select version from subject_version where subject = $1"
        speaker, version = next(
            (owner, found[0][0]) for owner in TOLD if (found := rows(self.city, owner, query, subject))
        )
        query = "select 1 from seen where topic = $1 and subject = $2 and version >= $3"
        wait_until(lambda: rows(self.city, TOLD[speaker], query, speaker, subject, version))

    def compare_state(self, town: Town) -> None:
        self.city.wait_settled()
        subjects = {*town.consultations, *town.handoffs, *town.cases, *town.sessions}
        really, wanted = held(self.city, subjects), modelled(town)
        for kind in wanted:
            assert really[kind] == wanted[kind], kind
        real_sight, wanted_sight = seen(self.people, town)
        assert real_sight == wanted_sight, "who sees what"


pytestmark = pytest.mark.timeout(900)  # what was found is made small before it is told


@pytest.fixture(scope="module")
def both(city: Stack) -> Iterator[Both]:
    roles = {login: (unit, str(role)) for login, _, unit, role in STAFF}
    people = {login: (Staff(str(staff_id(login)), *roles[login]), Person(city.url, login)) for login in PEOPLE}
    yield Both(city, Town, people)


def trying(both: Both, examples: int, *phases: Phase) -> None:
    """So many lives, in rounds: within one, Hypothesis soon repeats itself with small changes."""
    for number in range(0, examples, ROUND):

        @seed(SEED + number)
        @settings(
            max_examples=min(ROUND, examples - number),
            deadline=None,
            database=None,
            report_multiple_bugs=False,
            phases=phases or (Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        )
        @given(life=acts)
        def lives(life: list[Act]) -> None:
            both.live(life)

        lives()


def test_the_stack_answers_and_holds_what_the_model_does(both: Both) -> None:
    trying(both, EXAMPLES)


class KeptOffInNameOnly(Town):
    """A model that forgets what keeping off is for."""

    def relates(self, who, id):
        case = self.cases.get(id)
        return case and (who.id in case["team"] or who.works_at(case["unit"], "manager"))


class ConsentForEver(Town):
    """A model in which the end of a basis ends nothing."""

    def opened_by(self, who, basis):
        return super().opened_by(who, basis | {"ended": False})


@pytest.mark.parametrize("wrong", [KeptOffInNameOnly, ConsentForEver])
def test_a_model_that_is_wrong_in_one_place_is_found(both: Both, wrong: type[Town]) -> None:
    with pytest.raises(AssertionError) as found:
        trying(Both(both.city, wrong, both.people), FOUND_WITHIN, Phase.generate)
    print(f"{wrong.__name__}: {str(found.value).splitlines()[0][:160]}")
