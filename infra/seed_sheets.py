"""What the demo says: sheets, packages and visits whose parts fit each other. Pure, and the same every time."""

import random
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from infra import seed_words as words
from services.contracts.tokyo import TOKYO, tokyo_day
from services.intake.domain.working_hours import is_working_day

SUPPORT = "hikikomori-support"
TIMES = [time(hour, minute) for hour in (10, 11, 13, 14, 15, 16) for minute in (0, 15, 30, 45)]


def working_day(day: date) -> date:
    """That day, or the next on which the office is open."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def story_of(number: int) -> words.Story:
    """The story of a consultation."""
    return random.Random(number).choices(words.STORIES, words.WEIGHTS)[0]  # noqa: S311


def consultation(number: int, at: datetime, unit: str) -> dict[str, Any]:
    """One invented sheet: caller, way of calling, relation, words and rules from one story."""
    chosen, story = random.Random(number), story_of(number)  # noqa: S311
    person = chosen.choice(story.people)
    known = chosen.random() < 0.7 and story.kind != "unnamed"
    concerns = ["hikikomori", *chosen.sample(["health", "family_relations", "income", "finding_work", "care"], 2)]
    told = {
        "personName": person.name if known else "",
        "personKana": person.kana if known else "",
        "birth": {"year": person.birth if known else "", "month": "", "day": ""},
        "callerPhone": f"090-0000-{1000 + number * 7}" if story.way.has_phone else "",
        "memo": story.memo,
        "contactNote": story.way.contact,
    }
    return {
        "unitId": unit,
        "openedAt": at.isoformat(),
        "callerKind": story.kind,
        "callerRelation": story.relation,
        "channel": chosen.choice(story.channels),
        "residence": person.residence if known else "not_asked",
        "personKnows": "knows" if story.kind == "person" else chosen.choice(story.knows),
        "contactRules": list(story.way.rules),
        "concerns": concerns,
        "mainConcern": concerns[0],
        "heardFrom": [chosen.choice(["city_news", "website", "leaflet", "acquaintance", "agency", "voice_station"])],
        "isHikikomori": chosen.choices(["yes", "unclear"], [4, 1])[0],
        "otherIssues": chosen.sample(["poverty", "care", "illness", "housing"], 1),
        "urgency": chosen.choices(["none", "days", "today"], [6, 3, 1])[0],
        "told": told,
    }


def package(number: int, consultation_id: UUID, sheet: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The package of that sheet: the promise and the next appointment go by the way that is allowed."""
    way, day = story_of(number).way, working_day(tokyo_day(now) + timedelta(days=3))
    at = datetime.combine(day, TIMES[number % len(TIMES)], TOKYO).astimezone(UTC)
    return {
        "consultationId": str(consultation_id),
        "toUnit": SUPPORT,
        "promised": way.promise,
        "personKnows": sheet["personKnows"],
        "contactRules": sheet["contactRules"],
        "safeContact": way.contact,
        "nextAppointment": {"at": at.isoformat(), "note": way.next},
    }


def visit_moments(number: int, opened_at: datetime, now: datetime) -> list[datetime]:
    """Up to six visits on working days at varied hours, with long quiet between them; all of them past. None to
    somebody who asked for mail alone or for no visit."""
    if {"mail_only", "no_visit"} & set(story_of(number).way.rules):
        return []
    chosen = random.Random(1000 + number)  # noqa: S311
    found, day = [], tokyo_day(opened_at) + timedelta(days=3)
    for _ in range(6):
        day = working_day(day)
        found.append(datetime.combine(day, chosen.choice(TIMES), TOKYO).astimezone(UTC))
        day += timedelta(days=chosen.choice([14, 28, 35, 60, 90]))
    return [at for at in found if at < now - timedelta(hours=2)]


def visit(number: int, count: int, at: datetime, promised: date) -> dict[str, Any]:
    """A visit with what fits it: nobody speaks where nobody was met, and no family where the person came alone."""
    chosen = random.Random(2000 + number * 10 + count)  # noqa: S311
    alone = story_of(number).kind != "family"
    no_letter = "no_letter" in story_of(number).way.rules
    possible = [o for o in words.OUTCOMES if not (o[2] and alone) and not (o[0] == "letter_left" and no_letter)]
    outcome, person, family = chosen.choice(possible)
    promises = [note for note in words.NEXT_PROMISES if not (no_letter and "手紙" in note)]
    return {
        "visitedAt": at.isoformat(),
        "outcome": outcome,
        "withWhom": [*(["person"] if person else []), *(["family"] if family else [])] or ["nobody"],
        "personWords": chosen.choice(words.PERSON_WORDS) if person else "",
        "familyWords": chosen.choice(words.FAMILY_WORDS) if family else "",
        "memo": chosen.choice(words.VISIT_MEMOS[outcome]),
        "nextPromise": {"on": promised.isoformat(), "note": chosen.choice(promises)},
    }
