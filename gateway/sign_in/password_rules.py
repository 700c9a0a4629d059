"""Which passwords are taken: long ones that nobody guesses first. No rule of capitals and signs (NIST SP 800-63B, ASVS 5.0 6.2).

Refused are passwords of figures only, of few different characters, and those that common words make up: one or two of
`common_passwords.txt` in any order and number, with figures and signs between and at the ends, also with 0 for o and such.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from services.kernel.errors import Refusal

SHORTEST, LONGEST = 12, 200
FEWEST_DIFFERENT = 5
_LOOKS_LIKE = str.maketrans("013457@$", "oieastas")
_INSIDE = re.compile(r"(?<=[a-z])[0-9@$]+(?=[a-z])")
_FILE = Path(__file__).with_name("common_passwords.txt")


@cache
def common_words() -> frozenset[str]:
    """The bundled list."""
    lines = _FILE.read_text(encoding="utf8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def check(password: str, *names: str) -> None:
    """Refusal password_too_short, password_too_common, or password_names_you (`names`: login and name of its person)."""
    said = _same(password)
    if len(password) < SHORTEST:
        raise Refusal("password_too_short", f"fewer than {SHORTEST} characters")
    own = {letters for name in names for part in _same(name).split() if len(letters := _letters(part)) > 1}
    if len(set(said)) < FEWEST_DIFFERENT or not any(each.isalpha() for each in said):
        raise Refusal("password_too_common", "figures only, or too few different characters")
    for letters in {_letters(said), _letters(_INSIDE.sub(lambda found: found[0].translate(_LOOKS_LIKE), said))}:
        if _is_made_of(letters, common_words()):
            raise Refusal("password_too_common", "one or two common words")
        if _is_made_of(letters, common_words() | own):
            raise Refusal("password_names_you", "made of one's own name or login")


def _same(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _letters(text: str) -> str:
    return "".join(each for each in text if each.isalpha())


def _is_made_of(letters: str, words: frozenset[str] | set[str]) -> bool:
    """True when repeating one or two of the words gives exactly these letters."""
    for first in _heads(letters, words):
        rest = re.sub(f"^(?:{re.escape(first)})+", "", letters)
        if not rest:
            return True
        pairs = (f"(?:{re.escape(first)}|{re.escape(second)})+" for second in _heads(rest, words))
        if any(re.fullmatch(pair, rest) for pair in pairs):
            return True
    return False


def _heads(letters: str, words: frozenset[str] | set[str]) -> Iterator[str]:
    return (letters[:n] for n in range(2, len(letters) + 1) if letters[:n] in words)
