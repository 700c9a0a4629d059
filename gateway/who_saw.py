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
from gateway.settings import GatewaySettings
from gateway.sign_in.sessions import current_session
from services.contracts.messages import catalogue, sentence
from services.contracts.tokyo import tokyo_day
from services.contracts.wareki import to_wareki, weekday
from services.kernel.request import service_of

router = APIRouter()
OF_THE_UNIT = {"member", "unit_lead", "own_unit", "unit_staff", "request"}
COLUMNS = ("day", "unit", "why", "parts", "times")


async def compose(context: Context, case_id: str) -> dict[str, Any]:
    """By day, unit and purpose, the newest last. NotFound for whoever has not to answer for the case: coordination says who.
    No `lines` where the person may not know of the case, as coordination says too (81条).
    What intake does not answer, as to somebody whom it still keeps off the sheet, is named in `unavailable`."""
    path = f"/views/cases/{uuid_of(case_id)}/who-saw"
    reads = (await context.ask("coordination", path))["reads"]
    about = {"caseId": case_id, "madeAt": context.service.clock()}
    if reads is None:
        return {**about, "lines": None, "unavailable": []}
    of_sheet, _ = await context.ask_each(["intake"], path)
    reads += of_sheet.get("intake", [])
    return {**about, "lines": await _lines(context, reads), "unavailable": [] if of_sheet else ["intake"]}


async def _lines(context: Context, reads: list[dict[str, Any]]) -> list[dict[str, Any]]:
    reads.sort(key=lambda read: datetime.fromisoformat(read["at"]))
    settings = context.service.settings
    assert isinstance(settings, GatewaySettings)
    grouped: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for read, unit in zip(reads, await units_on(context, reads), strict=True):
        grouped.setdefault((_day_of(read), unit, read["purpose"], tuple(read["basis"])), []).append(read)
    return [_line(key, found, settings.who_saw_names) for key, found in grouped.items()]


async def units_on(context: Context, reads: Sequence[dict[str, Any]]) -> list[str | None]:
    """For each read the unit in which its reader worked on that day; of several the one by which they read."""
    async with context.service.db.transaction("names") as tx:
        assigned = await store.find_units_by_day(tx, {UUID(read["staffId"]) for read in reads})
    return [_unit_on(assigned.get(UUID(read["staffId"]), ()), read) for read in reads]


def _day_of(read: dict[str, Any]) -> date:
    return tokyo_day(datetime.fromisoformat(read["at"]))


def _unit_on(assigned: Sequence[Any], read: dict[str, Any]) -> str | None:
    """A relation of the record's own unit was had there, where they worked there; any other basis by another unit of theirs."""
    day, is_own = _day_of(read), not OF_THE_UNIT.isdisjoint(read["basis"])
    on_day = [row["unit_id"] for row in assigned if row["from_date"] <= day <= (row["until"] or date.max)]
    return min(on_day, key=lambda unit: ((unit == read["unitId"]) != is_own, unit), default=None)


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
    """The answer to hand over: one page of plain Japanese, without script, ready for the printer; where there is none to hand
    over, that and why."""
    context = await _context(request)
    said = await compose(context, case_id)
    if said["lines"] is None:
        return no_paper("disclosure.noCasePaperHelp")
    return paper(
        "whosaw.title", await _body(context, said["lines"], "whosaw.title", "whosaw.intro", bool(said["unavailable"]))
    )


@router.get("/print/sheet-who-saw/{consultation_id}", include_in_schema=False)
async def get_sheet_who_saw_page(request: Request, consultation_id: str) -> HTMLResponse:
    """The window's own answer about one sheet, as above; where there is none to hand over, that and why."""
    context = await _context(request)
    reads = (await context.ask("intake", f"/views/consultations/{uuid_of(consultation_id)}/who-saw"))["reads"]
    if reads is None:
        return no_paper("whosaw.noPaperHelp")
    body = await _body(context, await _lines(context, reads), "whosaw.sheetTitle", "whosaw.sheetIntro")
    return paper("whosaw.sheetTitle", body)


@router.get("/print/participant-who-saw/{participant_id}", include_in_schema=False)
async def get_participant_who_saw_page(request: Request, participant_id: str) -> HTMLResponse:
    """The answer of 居場所 about one participant, as above."""
    context = await _context(request)
    reads = await context.ask("ibasho", f"/views/participants/{uuid_of(participant_id)}/who-saw")
    body = await _body(context, await _lines(context, reads), "whosaw.participantTitle", "whosaw.participantIntro")
    return paper("whosaw.participantTitle", body)


async def _context(request: Request) -> Context:
    session = await current_session(request)
    return Context(service_of(request), request.app.state.owners, request.app.state.sealing, session, "WhoSaw")


async def _body(context: Context, lines: list[dict[str, Any]], title: str, intro: str, is_partial: bool = False) -> str:
    head = "".join(f'<th scope="col" class="{name}">{_head(lines, name)}</th>' for name in COLUMNS)
    rows = "".join([_row(lines, await _cells(context, line)) for line in lines])
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    made = _day_text(tokyo_day(context.service.clock()))
    parts = (
        f'<aside class="how">{_said("whosaw.how")}</aside>',
        f'<main><p class="day">{made}</p><h1>{_said(title)}</h1>',
        f'<p class="to">{_said("whosaw.to")}</p><p>{_said(intro)}</p>',
        table if rows else "" if is_partial else f'<p class="none">{_said("whosaw.none")}</p>',
        f'<p class="none">{_said("whosaw.missing")}</p>' if is_partial else "",
        f'<p>{_said("whosaw.ask")}</p><p class="from">{_said("whosaw.from")}</p></main>',
    )
    return "".join(parts)


def no_paper(help_key: str) -> HTMLResponse:
    """For who answers alone: a paper would say that somebody else consulted (81条)."""
    return paper("disclosure.noPaper", f"<main><h1>{_said('disclosure.noPaper')}</h1><p>{_said(help_key)}</p></main>")


def paper(title: str, body: str) -> HTMLResponse:
    """A page for the printer (A4, /print.css), kept nowhere. `title` is a key of the message file."""
    page = (
        '<!doctype html><html lang="ja"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{_said(title)}</title><link rel="stylesheet" href="/print.css"></head>'
        f"<body>{body}</body></html>"
    )
    return HTMLResponse(page, headers={"Cache-Control": "no-store"})


def _head(lines: list[dict[str, Any]], name: str) -> str:
    """Whoever is named stands under their unit."""
    names = any(line["staffIds"] for line in lines)
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


def _row(lines: list[dict[str, Any]], cells: dict[str, str]) -> str:
    """Where the page is narrow the head of the table is away, and each cell says its own name."""
    found = [f'<td data-name="{_head(lines, name)}">{text}</td>' for name, text in cells.items()]
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
