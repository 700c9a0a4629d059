"""The kernel stays small, and knows no word of the domain."""

import re
from pathlib import Path

KERNEL = Path(__file__).parents[2] / "services" / "kernel"
DOMAIN = (
    "consultation",
    "handoff",
    "visit",
    "case_id",
    "coordinator",
    "ibasho",
    "notice",
    "相談",
    "引継",
    "訪問",
    "ケース",
    "family",
    "kana",
)


def test_at_most_1500_lines() -> None:
    assert sum(len(file.read_text(encoding="utf8").splitlines()) for file in KERNEL.glob("*.py")) <= 1500


def test_no_domain_word() -> None:
    for file in KERNEL.rglob("*.*"):
        if file.suffix in {".py", ".sql"}:
            text = file.read_text(encoding="utf8").lower()
            assert [word for word in DOMAIN if re.search(word, text)] == [], file.name


def test_main_of_each_service_is_one_screen() -> None:
    for file in KERNEL.parent.glob("*/main.py"):
        assert len(file.read_text(encoding="utf8").splitlines()) <= 35, file
