"""Which number may stand on a case: every set of rules."""

from itertools import combinations

import pytest

from services.contracts.codes import ContactRule, PersonKnows
from services.coordination.domain.contact import phones_to_show

CALLER, PERSON = "090-0000-2222", "042-000-1111"
SETS = [set(chosen) for n in range(3) for chosen in combinations(ContactRule, n)]


@pytest.mark.parametrize("knows", [None, *PersonKnows])
@pytest.mark.parametrize("rules", SETS, ids=lambda rules: "+".join(sorted(rules)) or "none")
def test_no_number_is_shown_that_a_rule_forbids(rules: set[str], knows: str | None) -> None:
    shown = phones_to_show(rules, knows, CALLER, PERSON)
    if "mail_only" in rules:
        assert (shown.caller, shown.person) == ("", "")
    elif rules & {"no_home_phone", "caller_mobile_only"} or knows == "does_not_know":
        assert (shown.caller, shown.person) == (CALLER, "")
    else:
        assert (shown.caller, shown.person) == (CALLER, PERSON)
