"""連絡のしかたの約束: which rules stand together, and which bind. Pure; shared by the owners that read and write them."""

from collections.abc import Iterable

from services.contracts.codes import ContactRule


def contradicts(rules: Iterable[str]) -> bool:
    """「どの方法でもよい」 beside any other rule says two things at once."""
    chosen = set(rules)
    return ContactRule.ANY_WAY in chosen and len(chosen) > 1


def binding(*given: Iterable[str]) -> list[str]:
    """All rules given, each once, in their order. Any rule is narrower than 「どの方法でもよい」 and takes its place,
    also in rows that were written before the two excluded each other."""
    rules = list(dict.fromkeys(rule for rules in given for rule in rules))
    return [rule for rule in rules if rule != ContactRule.ANY_WAY] if contradicts(rules) else rules
