"""連絡のしかたの約束: 「どの方法でもよい」 stands alone; every other rule, once given, binds on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.codes import ContactRule
from services.contracts.contact import binding, contradicts
from services.intake.domain.consultation import check_rules
from services.kernel.errors import Refusal

RULES = st.lists(st.sampled_from(list(ContactRule)), max_size=6)


@given(RULES, RULES)
def test_what_binds_never_contradicts_itself_and_forgets_no_narrower_rule(sheet: list[str], package: list[str]) -> None:
    bound = binding(sheet, package)
    assert not contradicts(bound)
    assert len(bound) == len(set(bound))
    assert {*sheet, *package} - {ContactRule.ANY_WAY} == {*bound} - {ContactRule.ANY_WAY}
    assert (bound == [ContactRule.ANY_WAY]) == ({*sheet, *package} == {ContactRule.ANY_WAY})


@pytest.mark.parametrize(
    ("chosen", "bound", "refused"),
    [
        (["any_way"], [], False),
        (["any_way", "any_way"], [], False),
        (["no_home_phone", "no_letter"], [], False),
        (["no_home_phone", "any_way"], [], True),
        (["any_way"], ["no_home_phone"], True),
        (["any_way"], ["any_way"], False),
        (["no_visit"], ["any_way"], False),  # a narrower rule may be added later
        (["no_home_phone"], ["no_home_phone", "any_way"], False),  # a row of before
    ],
)
def test_any_way_beside_another_rule_is_refused_at_its_field(
    chosen: list[str], bound: list[str], refused: bool
) -> None:
    if not refused:
        check_rules(chosen, bound)
        return
    with pytest.raises(Refusal) as found:
        check_rules(chosen, bound)
    assert [(f.path, f.code) for f in found.value.fields] == [("contactRules", "contradicts")]
