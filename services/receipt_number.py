"""受付番号 as people type it: two owners are asked by it, and both read it alike."""

import re
import unicodedata


def plain_number(told: str) -> str:
    """A 受付番号 as it was given, however it was typed: full width, with spaces, with another dash."""
    return re.sub(r"[‐‑‒–—−ー─]", "-", re.sub(r"\s", "", unicodedata.normalize("NFKC", told)))
