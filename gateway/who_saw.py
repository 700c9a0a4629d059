"""誰が見たか: coordination and intake know who read and why, the register knows in which unit they worked that day."""

from collections.abc import Sequence
from datetime import date, datetime
from html import escape
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from gateway import store
from gateway.context import Context, uuid_of
from gateway.sessions import current_session
from gateway.settings import GatewaySettings
from services.contracts.messages import catalogue, sentence
from services.contracts.tokyo import tokyo_day
from services.contracts.wareki import to_wareki, weekday
from services.kernel.request import service_of

router = APIRouter()
COLUMNS = ("day", "unit", "why", "parts", "times")


async def compose(context: Context, case_id: str) -> dict[str, Any]:
    """By day, unit and purpose, the newest last. NotFound for whoever has not to answer for the case: coordination says who.
    What intake does not answer, as to somebody whom it still keeps off the sheet, is named in `unavailable`."""
    path = f"/views/cases/{uuid_of(case_id)}/who-saw"
    reads = await context.ask("coordination", path)
    of_sheet, _ = await context.ask_each(["intake"], path)
    reads += of_sheet.get("intake", [])
    reads.sort(key=lambda read: datetime.fromisoformat(read["at"]))
    settings = context.service.settings
    assert isinstance(settings, GatewaySettings)
    grouped: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for read, unit in zip(reads, await units_on(context, reads), strict=True):
        grouped.setdefault((_day_of(read), unit, read["purpose"], tuple(read["basis"])), []).append(read)
    lines = [_line(key, found, settings.who_saw_names) for key, found in grouped.items()]
    return {
        "caseId": case_id,
        "madeAt": context.service.clock(),
        "lines": lines,
        "unavailable": [] if of_sheet else ["intake"],
    }


async def units_on(context: Context, reads: Sequence[dict[str, Any]]) -> list[str | None]:
    """For each read the unit in which its reader worked on that day."""
    async with context.service.db.transaction("names") as tx:
        assigned = await store.find_units_by_day(tx, {UUID(read["staffId"]) for read in reads})
    return [_unit_on(assigned.get(UUID(read["staffId"]), ()), _day_of(read)) for read in reads]


def _day_of(read: dict[str, Any]) -> date:
    return tokyo_day(datetime.fromisoformat(read["at"]))


def _unit_on(assigned: Sequence[Any], day: date) -> str | None:
    on_day = [row["unit_id"] for row in assigned if row["from_date"] <= day <= (row["until"] or date.max)]
    return min(on_day, default=None)


def _line(key: tuple[Any, ...], reads: list[dict[str, Any]], names: bool) -> dict[str, Any]:
    day, unit, purpose, basis = key
    return {
        "day": day,
        "unitId": unit,
        "purpose": purpose,
        "basis": list(basis),
        "fieldGroups": sorted({group for read in reads for group in read["fieldGroups"]}),
        "times": len(reads),
        "staffIds": sorted({read["staffId"] for read in reads}) if names else [],
    }


@router.get("/print/who-saw/{case_id}", include_in_schema=False)
async def get_who_saw_page(request: Request, case_id: str) -> HTMLResponse:
    """The answer to hand over: one page of plain Japanese, without script, ready for the printer."""
    session = await current_session(request)
    context = Context(service_of(request), request.app.state.owners, request.app.state.sealing, session, "WhoSaw")
    said = await compose(context, case_id)
    return HTMLResponse(await _page(context, said), headers={"Cache-Control": "no-store"})


async def _page(context: Context, said: dict[str, Any]) -> str:
    head = "".join(f'<th scope="col" class="{name}">{_head(said, name)}</th>' for name in COLUMNS)
    rows = "".join([_row(said, await _cells(context, line)) for line in said["lines"]])
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    made = _day_text(tokyo_day(said["madeAt"]))
    parts = (
        f'<aside class="how">{_said("whosaw.how")}</aside>',
        f'<main><p class="day">{made}</p><h1>{_said("whosaw.title")}</h1>',
        f'<p class="to">{_said("whosaw.to")}</p><p>{_said("whosaw.intro")}</p>',
        table if rows else "" if said["unavailable"] else f'<p class="none">{_said("whosaw.none")}</p>',
        f'<p class="none">{_said("whosaw.missing")}</p>' if said["unavailable"] else "",
        f'<p>{_said("whosaw.ask")}</p><p class="from">{_said("whosaw.from")}</p></main>',
    )
    return (
        '<!doctype html><html lang="ja"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{_said("whosaw.title")}</title><link rel="stylesheet" href="/print.css"></head>'
        f"<body>{''.join(parts)}</body></html>"
    )


def _head(said: dict[str, Any], name: str) -> str:
    """Whoever is named stands under their unit."""
    names = any(line["staffIds"] for line in said["lines"])
    return _said("whosaw.staff" if names and name == "unit" else f"whosaw.{name}")


async def _cells(context: Context, line: dict[str, Any]) -> dict[str, str]:
    """The text of every column of one line."""
    basis = "、".join(_code("read_basis", one) for one in line["basis"])
    year, day = _day_text(line["day"]).split("年")
    unit = " ".join(map(_whole, (await unit_text(context, line["unitId"])).replace("（", " （").split()))
    names = _listed([await context.names.load(one) for one in line["staffIds"]])
    return {
        "day": _whole(f"{year}年") + _whole(day),
        "unit": f"{unit}<br>{names}" if names else unit,
        "why": _whole(_code("read_purpose", line["purpose"])) + _whole(sentence("whosaw.by", basis=basis)),
        "parts": _listed([_code("field_group", group) for group in line["fieldGroups"]]),
        "times": _said("whosaw.count", n=str(line["times"])),
    }


def _row(said: dict[str, Any], cells: dict[str, str]) -> str:
    """Where the page is narrow the head of the table is away, and each cell says its own name."""
    found = [f'<td data-name="{_head(said, name)}">{text}</td>' for name, text in cells.items()]
    return f"<tr>{''.join(found)}</tr>"


def _whole(word: str) -> str:
    """A word that is not broken at the end of a line."""
    return f"<span>{escape(word)}</span>"


def _listed(words: Sequence[str]) -> str:
    return "".join(map(_whole, [*[f"{word}、" for word in words[:-1]], *words[-1:]]))


async def unit_text(context: Context, unit_id: str | None) -> str:
    """A unit as it may be called on paper: whose name says ひきこもり goes by the name of the window everybody knows."""
    if unit_id is None:
        return sentence("whosaw.other_unit")
    name = await context.unit_names.load(unit_id)
    return sentence("whosaw.front") if sentence("whosaw.unsaid") in name else name


def _day_text(day: date) -> str:
    return f"{to_wareki(day)}({weekday(day)})"


def _code(kind: str, code: str) -> str:
    return catalogue().get(f"code.{kind}.{code}", code)


def _said(key: str, **values: str) -> str:
    return escape(sentence(key, **values))
