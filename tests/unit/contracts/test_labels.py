"""呼び名: the same words for a sheet, a handoff and a case; nobody is called さん twice; no relative's name."""

import pytest

from services.contracts.codes import CallerKind, CallerRelation
from services.contracts.labels import label
from services.contracts.messages import catalogue, sentence

WAYS = [(kind, relation) for kind in CallerKind for relation in (None, *CallerRelation)]


def of(kind: str, relation: str | None = None, *, called: str = "", is_anonymous: bool = False) -> str:
    return label(called=called, caller_kind=kind, caller_relation=relation, is_anonymous=is_anonymous)


@pytest.mark.parametrize(("kind", "relation"), WAYS)
@pytest.mark.parametrize("is_anonymous", [True, False])
def test_every_way_has_its_sentence(kind: CallerKind, relation: CallerRelation | None, is_anonymous: bool) -> None:
    said = of(kind, relation, is_anonymous=is_anonymous)
    assert said != catalogue()["error.unexpected"]
    assert said.endswith("（匿名）") == (is_anonymous and kind != "unnamed")


@pytest.mark.parametrize(("kind", "relation"), WAYS)
def test_one_wording_with_the_form(kind: CallerKind, relation: CallerRelation | None) -> None:
    """What a clerk ticks is what the list says."""
    about = f"caller_relation.{relation}" if kind == "family" and relation else f"caller_kind.{kind}"
    who = (
        catalogue()["label.unnamed"] if kind == "unnamed" else sentence("label.from", who=catalogue()[f"code.{about}"])
    )
    assert of(kind, relation) == who


@pytest.mark.parametrize(
    ("called", "said"), [("たかし", "「たかし」さん"), ("のぶさん", "「のぶさん」"), ("みっちゃん", "「みっちゃん」")]
)
def test_nobody_is_called_san_twice(called: str, said: str) -> None:
    assert of("family", "mother", called=called) == said
