"""Token codes for tests and who would have printed them."""

from services.contracts.ibasho import check_character

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def token_code(number: int) -> str:
    """The code of the n-th token: five characters and the check character."""
    plain = "".join(_ALPHABET[number >> shift & 31] for shift in (20, 15, 10, 5, 0))
    return plain + check_character(plain)
