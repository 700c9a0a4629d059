"""The fast profile: work under every kind of fault, and nothing acknowledged is lost or doubled."""

import json
import os
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.chaos.mutants.planted import MUTANTS, Mutant
from tests.chaos.mutants.run import copy_tree
from tests.chaos.round import Plan, one_round, report

SEED = int(os.environ.get("BANSO_CHAOS_SEED", "20261124"))
SECONDS = float(os.environ.get("BANSO_CHAOS_SECONDS", "40"))


@pytest.mark.timeout(400)
def test_nothing_acknowledged_is_lost_or_doubled(tmp_path: Path) -> None:
    verdict = one_round("chaos", Plan(SEED, SECONDS, fast=True))
    (tmp_path / "verdict.json").write_text(json.dumps(asdict(verdict)))
    print(report(verdict))
    assert not verdict.violations, verdict.violations
    assert verdict.commands["ok"] > 100 and verdict.redelivered > 0, "too little happened to say anything"


@pytest.mark.parametrize("mutant", MUTANTS, ids=[mutant.name for mutant in MUTANTS])
def test_a_mutant_still_fits_the_source(mutant: Mutant, tmp_path: Path) -> None:
    copy_tree(tmp_path)
    before = [(tmp_path / file).read_text() for file, _, _ in mutant.edits]
    mutant.plant(tmp_path)
    after = [(tmp_path / file).read_text() for file, _, _ in mutant.edits]
    assert before != after
    for (file, _, _), text in zip(mutant.edits, after, strict=True):
        compile(text, file, "exec")
    (tmp_path / mutant.edits[0][0]).write_text("")
    with pytest.raises(AssertionError, match="has moved"):
        mutant.plant(tmp_path)
