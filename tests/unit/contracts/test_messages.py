"""The one message file: every code list has its wording, every refusal its sentence; none of it blames or leaks."""

import ast
import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path

import pytest

from services.contracts import codes
from services.contracts.messages import catalogue

ROOT = Path(__file__).resolve().parents[3]
LISTS = [found for found in vars(codes).values() if isinstance(found, type) and issubclass(found, StrEnum)]
SPOKEN = [*(ROOT / "services").rglob("*.py"), *(ROOT / "gateway").rglob("*.py")]
# Codes that come out of a variable, and the names whose strings they are.
FROM_ELSEWHERE = {
    "services/kernel/errors.py": "malformed",
    "services/intake/store.py": "_CONSTRAINTS",
    "services/intake/domain/consultation.py": "DateRefusedError",
    "services/person_request.py": "DateRefusedError",
    "gateway/owners.py": "what an owner said",
}


@pytest.mark.parametrize("codes_", [one for one in LISTS if one is not StrEnum], ids=lambda one: one.__name__)
def test_every_code_has_its_wording(codes_: type[StrEnum]) -> None:
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", codes_.__name__).lower()
    missing = [code for code in codes_ if not catalogue().get(f"code.{name}.{code}")]
    assert missing == []


def _named(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _error_classes(trees: Iterable[ast.AST]) -> dict[str, bool]:
    """Every class of errors, also those a file makes for itself; whether it takes its code from whoever raises it."""
    found = {node.name: node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    errors = {"BansoError"}
    while more := {name for name, node in found.items() if {_named(base) for base in node.bases} & errors} - errors:
        errors |= more

    def names_its_own(name: str) -> bool:
        made = any(isinstance(each, ast.FunctionDef) and each.name == "__init__" for each in found[name].body)
        return name != "BansoError" and (made or any(names_its_own(_named(base)) for base in found[name].bases))

    return {name: not names_its_own(name) for name in errors}


def _codes(errors: dict[str, bool]) -> Iterator[tuple[str, str | None]]:
    """(file, code) of every error that is made; None for a code out of a variable."""
    for file in SPOKEN:
        tree, path = ast.parse(file.read_text(encoding="utf8")), file.relative_to(ROOT).as_posix()
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and errors.get(node.name) is False:
                calls = [each for each in ast.walk(node) if isinstance(each, ast.Call)]
                own = [each for each in calls if ast.unparse(each.func) == "super().__init__"]
                yield from ((path, code) for each in own for code in _strings(each.args[0]))
            takes_code = isinstance(node, ast.Call) and (
                errors.get(_named(node.func)) or _named(node.func) == "malformed"
            )
            if isinstance(node, ast.Call) and takes_code:
                place = 1 if _named(node.func) == "malformed" else 0
                yield from ((path, code) for code in _strings(node.args[place]) or [None])
            if isinstance(node, ast.Call) and _named(node.func) == "DateRefusedError":
                yield from ((path, code) for code in _strings(node.args[1]))
            if isinstance(node, ast.Assign) and _named(node.targets[0]) == "_CONSTRAINTS":
                yield from ((path, code) for value in ast.literal_eval(node.value).values() for code in [value])


def _strings(node: ast.expr) -> list[str]:
    if isinstance(node, ast.IfExp):
        return [*_strings(node.body), *_strings(node.orelse)]
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


def test_every_error_that_is_made_anywhere_has_its_sentence() -> None:
    errors = _error_classes(ast.parse(file.read_text(encoding="utf8")) for file in SPOKEN)
    assert errors["Forbidden"] and not errors["NotFresh"] and not errors["NotFound"]
    made = set(_codes(errors))
    codes = {code for _, code in made if code}
    assert {"cross_site", "not_fresh", "case_exists", "era_year_out_of_range", "malformed_envelope"} <= codes
    assert {code for code in codes if f"error.{code}" not in catalogue()} == set()
    assert {file for file, code in made if code is None} <= FROM_ELSEWHERE.keys(), "say where the code comes from"


def test_every_field_that_is_named_has_its_sentence() -> None:
    text = "\n".join(file.read_text(encoding="utf8") for file in SPOKEN)
    fields = set(re.findall(r"\bFieldError\([^,]+, \"([a-z_]+)\"", text))
    assert "not_your_unit" in fields
    assert {code for code in fields if f"error.field.{code}" not in catalogue()} == set()


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
