"""The ledger of rounds: what was kept counts once, and a round that found something begins the count anew."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.chaos import long
from tests.chaos.round import Plan, Verdict


def _round(seed: int, violations: str = "") -> dict[str, Any]:
    counts = {"seed": seed, "commit": "abc", "seconds": 480, "commands": {"ok": 100, "info": 1}, "faults": {"kill": 7}}
    return {**counts, "settled_after": 2.5, "violations": violations, "back": {"api after kill": [1.5]}}


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(long, "LEDGER", tmp_path / "ledger.jsonl")
    monkeypatch.setattr(long, "KEPT", tmp_path / "kept.jsonl")
    return tmp_path / "ledger.jsonl"


def test_a_kept_round_counts_once_and_on_another_machine_too(ledger: Path) -> None:
    ledger.write_text("".join(json.dumps(_round(seed)) + "\n" for seed in (1, 2)))
    assert (long.keep(), long.keep()) == (2, 0)
    assert "0 lost, 0 doubled of 200 acknowledged" in long.summary(long.read_ledger())
    ledger.write_text(json.dumps(_round(3)) + "\n")
    said = long.summary(long.read_ledger())
    assert "of 300 acknowledged" in said and "21 kills" in said and "in 3 rounds" in said


def test_a_round_that_found_something_begins_the_count_anew_also_when_kept(ledger: Path) -> None:
    found = _round(2, "violations: 1 × I1\nI1: gone")
    ledger.write_text("".join(json.dumps(each) + "\n" for each in (_round(1), found, _round(3))))
    before = long.summary(long.read_ledger())
    long.keep()
    ledger.unlink()
    after = long.summary(long.read_ledger())
    for said in (before, after):
        assert "of 100 acknowledged" in said and "Rounds that found something, earlier: 1" in said


def test_a_round_without_a_verdict_is_a_line_counts_nothing_and_its_seed_is_used_up(
    ledger: Path,
) -> None:
    def fails(prefix: str, plan: Plan) -> Verdict:
        raise OSError("the town did not start")

    ledger.write_text(json.dumps(_round(1)) + "\n")
    with pytest.raises(OSError):
        long.play_one(Plan(2, 480), fails)
    long.keep()
    for rounds in (long.read_ledger(), long._lines(long.KEPT)):
        assert [each["seed"] for each in rounds] == [1, 2]
        said = long.summary(rounds)
        assert "of 100 acknowledged" in said and "in 1 rounds" in said and "without a verdict: [2]" in said
