"""The one message file: every code list has its wording, every refusal its sentence; none of it blames or leaks."""

import re
from enum import StrEnum
from pathlib import Path

import pytest

from services.contracts import codes
from services.contracts.messages import catalogue

ROOT = Path(__file__).resolve().parents[3]
LISTS = [found for found in vars(codes).values() if isinstance(found, type) and issubclass(found, StrEnum)]
SPOKEN = [
    *(ROOT / "services").glob("*/*.py"),
    *(ROOT / "services").glob("*/*/*.py"),
    *(ROOT / "gateway").rglob("*.py"),
]
RAISED = re.compile(r"\b(?:Refusal|Malformed|Unauthenticated|TooLarge|Overloaded|BansoError)\(\s*\"([a-z_]+)\"")
FIELDS = re.compile(r"\bFieldError\([^,]+, \"([a-z_]+)\"")


@pytest.mark.parametrize("codes_", [one for one in LISTS if one is not StrEnum], ids=lambda one: one.__name__)
def test_every_code_has_its_wording(codes_: type[StrEnum]) -> None:
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", codes_.__name__).lower()
    missing = [code for code in codes_ if not catalogue().get(f"code.{name}.{code}")]
    assert missing == []


def test_every_refusal_in_the_code_has_its_sentence() -> None:
    text = "\n".join(file.read_text(encoding="utf8") for file in SPOKEN)
    assert {code for code in RAISED.findall(text) if f"error.{code}" not in catalogue()} == set()
    assert {code for code in FIELDS.findall(text) if f"error.field.{code}" not in catalogue()} == set()


def test_error_sentences_are_whole_and_carry_no_open_placeholder() -> None:
    for key, sentence in catalogue().items():
        if key.startswith("error.") and key != "error.already_accepted_by":
            assert sentence.endswith("。"), key
            assert "{" not in sentence, key


@pytest.mark.parametrize("word", ["拒否", "脱落", "未達", "困難ケース"])
def test_no_word_blames(word: str) -> None:
    assert [key for key, sentence in catalogue().items() if word in sentence] == []


def test_notices_never_name_the_programme() -> None:
    assert [
        key for key, text in catalogue().items() if key.startswith("code.notice_kind.") and "ひきこもり" in text
    ] == []
