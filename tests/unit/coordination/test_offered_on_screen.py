"""共有と同意 offers just what a basis can open. The screen has its own list, since it must be there before anything is asked."""

import re

import pytest

from infra.paths import ROOT
from services.coordination.domain.who_may import GROUPS, Relation, ceiling

TERMS = (ROOT / "pwa/src/features/sharing/terms.ts").read_text(encoding="utf8")


def strings(text: str) -> set[str]:
    return set(re.findall(r'"(\w+)"', text))


def on_screen(pattern: str) -> str:
    [found] = re.findall(pattern, TERMS, re.M)
    return str(found)


def test_every_group_is_known_to_the_screen() -> None:
    assert strings(on_screen(r"^const GROUPS = \[(.*)\];$")) == GROUPS


@pytest.mark.parametrize("relation", [Relation.CONSENT, Relation.CONFERENCE, Relation.ARTICLE_69_2, Relation.EMERGENCY])
def test_what_is_never_offered_is_what_can_never_be_opened(relation: Relation) -> None:
    assert strings(on_screen(rf"^  {relation.value}: \[(.*)\],$")) == GROUPS - ceiling(relation)
