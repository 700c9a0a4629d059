"""Which telephone number may be shown on a case. Pure."""

from collections.abc import Collection
from dataclasses import dataclass

from services.contracts.codes import ContactRule, PersonKnows


@dataclass(frozen=True)
class Phones:
    """The numbers that may be called: 相談した方 and 本人. Empty: not known, or not to be called."""

    caller: str
    person: str


def phones_to_show(rules: Collection[str], person_knows: str | None, caller: str, person: str) -> Phones:
    """A number somebody must not call is not put before their eyes.

    The caller gave 「かけてよい電話」, so it is shown unless only mail is allowed. The person's own number may be the one
    at home, and a call tells them of a consultation they do not know of: then it stays away."""
    if ContactRule.MAIL_ONLY in rules:
        return Phones("", "")
    no_person = {ContactRule.NO_HOME_PHONE, ContactRule.CALLER_MOBILE_ONLY} & set(rules)
    is_secret = person_knows == PersonKnows.DOES_NOT_KNOW
    return Phones(caller, "" if no_person or is_secret else person)
