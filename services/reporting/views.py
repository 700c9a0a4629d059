"""統計: counts by month and window. For managers; nothing here names a person."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query

from services.kernel.errors import FieldError, Malformed, NotFound
from services.kernel.request import ReaderDep
from services.reporting import store

router = APIRouter()
MAX_MONTHS = 60


@router.get("/views/statistics")
async def get_statistics(
    reader: ReaderDep, first: Annotated[str, Query(alias="from")], last: Annotated[str, Query(alias="to")]
) -> dict[str, Any]:
    """Consultations, handoffs, visits and 居場所 of each unit, month by month, both ends included (YYYY-MM)."""
    if not reader.actor.units_as("manager"):
        raise NotFound
    months = months_between(_month(first, "fromMonth"), _month(last, "toMonth"))
    async with reader.open() as read:
        rows = await store.count_by_month(read.tx, read.actor, months[0], months[-1])
        read.shows("statistics", [], "counts", basis="manager")
    names = [f"{month:%Y-%m}" for month in months]
    return {"months": names, "rows": [_row(key, counts, names) for key, counts in sorted(rows.items())]}


def _row(key: tuple[str, str], counts: dict[str, int], months: list[str]) -> dict[str, Any]:
    by_month = [counts.get(month, 0) for month in months]
    return {"unitId": key[0], "measure": key[1], "counts": by_month, "total": counts["total"]}


def _month(text: str, field: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise Malformed("malformed_request", "not YYYY-MM", fields=[FieldError(field, "date_invalid")]) from None


def months_between(first: date, last: date) -> list[date]:
    """The first days of all months from first to last."""
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    if not 1 <= count <= MAX_MONTHS:
        fields = [FieldError("toMonth", "date_invalid")]
        raise Malformed("malformed_request", f"between 1 and {MAX_MONTHS} months", fields=fields)
    numbers = range(first.year * 12 + first.month - 1, first.year * 12 + first.month - 1 + count)
    return [date(number // 12, number % 12 + 1, 1) for number in numbers]
