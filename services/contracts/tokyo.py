"""The Tokyo day: instants are UTC, a civil day ends at midnight in Tokyo."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

TOKYO = ZoneInfo("Asia/Tokyo")


def tokyo_day(moment: datetime) -> date:
    """The civil date in Tokyo at `moment` (aware)."""
    return moment.astimezone(TOKYO).date()
