"""開示の下書き: one page of plain Japanese for a manager to look through and hand over. Coordination says what is told
of a case, intake what is told of a sheet."""

from collections.abc import Iterable
from datetime import datetime
from html import escape
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from gateway.context import Context, uuid_of
from gateway.sessions import current_session, require_fresh
from gateway.who_saw import no_paper, paper, unit_text
from services.contracts.messages import catalogue, sentence
from services.contracts.tokyo import tokyo_day
from services.contracts.wareki import to_wareki
from services.kernel.request import service_of

router = APIRouter()


@router.get("/print/disclosure/{case_id}", include_in_schema=False)
async def get_disclosure_page(request: Request, case_id: str) -> HTMLResponse:
    """Without script, ready for the printer; only while a 開示請求 waits or was approved. 403 not_fresh. Where there is no
    paper to hand over, that and why."""
    session = await current_session(request)
    context = Context(service_of(request), request.app.state.owners, request.app.state.sealing, session, "Disclosure")
    require_fresh(context)
    said = await context.ask("coordination", f"/views/cases/{uuid_of(case_id)}/disclosure")
    return await _case_page(context, said) if said["person"] else no_paper("disclosure.noCasePaperHelp")


@router.get("/print/sheet-disclosure/{consultation_id}", include_in_schema=False)
async def get_sheet_disclosure_page(request: Request, consultation_id: str) -> HTMLResponse:
    """The window's own paper about one sheet, as above; where there is none to hand over, that and why."""
    session = await current_session(request)
    context = Context(service_of(request), request.app.state.owners, request.app.state.sealing, session, "Disclosure")
    require_fresh(context)
    said = await context.ask("intake", f"/views/consultations/{uuid_of(consultation_id)}/disclosure")
    return await _sheet_page(context, said) if said["person"] else no_paper("disclosure.noPaperHelp")


async def _case_page(context: Context, said: dict[str, Any]) -> HTMLResponse:
    parts = [
        _section("person", _pairs(_person(said["person"]))),
        _section("case", _pairs([("openedAt", _day(said["openedAt"])), ("closedAt", _day(said["closedAt"]))])),
        _section("ownCall", _pairs(_own_call(said["ownCall"]))) if said["ownCall"] else "",
        _section("visits", "".join(f"<h3>{_day(one['at'])}</h3>{_pairs(_visit(one))}" for one in said["visits"])),
        _section("attendance", _lines(map(_came, said["attendance"]))),
        _section("consents", _lines([await _consent(context, one) for one in said["consents"]])),
    ]
    return await _paper(context, said["unitId"], "disclosure.title", parts, "disclosure.window")


async def _sheet_page(context: Context, said: dict[str, Any]) -> HTMLResponse:
    own_call = _section("ownCall", _pairs(_own_call(said["ownCall"]))) if said["ownCall"] else ""
    parts = [_section("person", _pairs(_person(said["person"]))), own_call]
    return await _paper(context, said["unitId"], "disclosure.sheetTitle", parts, "disclosure.support")


async def _paper(context: Context, unit_id: str, title: str, parts: list[str], elsewhere: str) -> HTMLResponse:
    made = _said("disclosure.made", date=to_wareki(tokyo_day(context.service.clock())))
    unit = _said("disclosure.unit", unit=await unit_text(context, unit_id))
    apart = f"<h2>{_said('disclosure.apart')}</h2><p>{_said('disclosure.apartHelp')}</p><p>{_said(elsewhere)}</p>"
    said = (
        f'<aside class="how">{_said("disclosure.how")}</aside>',
        f'<main><p class="day">{made}</p><h1>{_said(title)}</h1><p>{_said("disclosure.intro")}</p>',
        *(*parts, apart),
        f'<p>{_said("disclosure.ask")}</p><p class="from">{unit}</p></main>',
    )
    return paper(title, "".join(said))


def _section(name: str, body: str) -> str:
    return f"<h2>{_said(f'disclosure.{name}')}</h2>{body or '<p>' + _said('disclosure.none') + '</p>'}"


def _pairs(pairs: Iterable[tuple[str, str]]) -> str:
    said = "".join(f"<dt>{_said(f'disclosure.{name}')}</dt><dd>{escape(text)}</dd>" for name, text in pairs if text)
    return f"<dl>{said}</dl>" if said else ""


def _lines(texts: Iterable[str]) -> str:
    said = "".join(f"<li>{escape(text)}</li>" for text in texts)
    return f"<ul>{said}</ul>" if said else ""


def _person(person: dict[str, Any]) -> list[tuple[str, str]]:
    born = person["birthDate"]
    told = " ".join(part for part in person["birth"] if part)
    residence = _code("residence", person["residence"]) if person["residence"] else ""
    about = [
        ("name", person["name"]),
        ("kana", person["kana"]),
        ("address", person["address"]),
        ("phone", person["phone"]),
        ("residence", residence),
    ]
    return [*about, ("birth", to_wareki(datetime.fromisoformat(born).date()) if born else told)]


def _own_call(call: dict[str, Any]) -> list[tuple[str, str]]:
    rules = "、".join(_code("contact_rule", rule) for rule in call["rules"])
    about = [
        ("at", _day(call["at"])),
        ("receiptNumber", call["receiptNumber"] or ""),
        ("channel", _code("channel", call["channel"])),
    ]
    how = "\n".join(text for text in (rules, call["safeContact"], call["contactNote"]) if text)
    return [*about, ("words", call["words"]), ("promised", call["promised"]), ("howToReach", how)]


def _visit(visit: dict[str, Any]) -> list[tuple[str, str]]:
    met = sentence("disclosure.withYou") if visit["withPerson"] else ""
    promise = " ".join(text for text in (_day(visit["promisedOn"]), visit["promise"]) if text)
    how = [("outcome", _code("visit_outcome", visit["outcome"])), ("met", met), ("words", visit["words"])]
    return [*how, ("memo", visit["memo"]), ("promised", promise)]


def _came(fact: dict[str, Any]) -> str:
    return f"{_day(fact['at'])}　{_code('attendance_kind', fact['kind'])}"


async def _consent(context: Context, consent: dict[str, Any]) -> str:
    to = "、".join([await unit_text(context, unit) for unit in consent["givenToIds"]])
    parts = "、".join(_code("field_group", group) for group in consent["fieldGroups"])
    until = _day(consent["endedAt"] or consent["until"])
    return sentence("disclosure.consent", since=_day(consent["givenAt"]), until=until, to=to, parts=parts)


def _day(at: str | None) -> str:
    """An instant or a civil date as a day of Tokyo in 和暦; nothing for nothing."""
    if not at:
        return ""
    found = datetime.fromisoformat(at)
    return to_wareki(tokyo_day(found) if found.tzinfo else found.date())


def _code(kind: str, code: str) -> str:
    return catalogue().get(f"code.{kind}.{code}", code)


def _said(key: str, **values: str) -> str:
    return escape(sentence(key, **values))
