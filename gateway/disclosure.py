"""開示の下書き: one page of plain Japanese for a manager to look through and hand over. Coordination says what is told
of a case, intake what is told of a sheet, 居場所 what is told to who takes part."""

from collections.abc import Iterable
from datetime import date, datetime
from html import escape
from textwrap import wrap
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from gateway.context import Context, uuid_of
from gateway.sign_in.sessions import current_session, require_fresh
from gateway.who_saw import no_paper, paper, unit_text
from services.contracts.codes import Concern, HeldKind
from services.contracts.messages import catalogue, sentence
from services.contracts.tokyo import tokyo_day
from services.contracts.wareki import DateRefusedError, birth_text, to_wareki
from services.kernel.request import service_of

router = APIRouter()

LEFT_OUT_OF_SHEET = (HeldKind.FAMILY_WORDS, HeldKind.DRAFT, HeldKind.ACCESS_REVIEW)
LEFT_OUT_OF_CASE = (HeldKind.FAMILY_WORDS, HeldKind.BASIS, HeldKind.QUARANTINE, HeldKind.DRAFT, HeldKind.ACCESS_REVIEW)
"""What is held and not told; `disclosure.left.*` says why (78条1項, and 60条1項 for what is no record yet). Of a basis the
consents are told, the others are named."""


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


@router.get("/print/participant-disclosure/{participant_id}", include_in_schema=False)
async def get_participant_disclosure_page(request: Request, participant_id: str) -> HTMLResponse:
    """The paper of 居場所 about one participant, as above. It asks nobody's name."""
    session = await current_session(request)
    context = Context(service_of(request), request.app.state.owners, request.app.state.sealing, session, "Disclosure")
    require_fresh(context)
    said = await context.ask("ibasho", f"/views/participants/{uuid_of(participant_id)}/disclosure")
    about = [("nickname", said["nickname"]), ("code", "-".join(wrap(said["code"], 3))), ("place", said["place"])]
    parts = [
        _section("person", _pairs(about)),
        _section("attendance", _lines(f"{_came(one)}　{one['programme']}" for one in said["attendance"])),
        _section("requests", _dated(map(_request, said["requests"]))),
    ]
    left_out = (HeldKind.CLOSING_LINE, HeldKind.DRAFT, "support")
    return await _paper(context, said["unitId"], "disclosure.participantTitle", parts, left_out)


async def _case_page(context: Context, said: dict[str, Any]) -> HTMLResponse:
    period = [("openedAt", _day(said["openedAt"])), ("closedAt", _day(said["closedAt"]))]
    came = [*map(_linked, said["links"]), *map(_came, said["attendance"])]
    parts = [
        _section("person", _pairs(_person(said["person"], tokyo_day(context.service.clock())))),
        _section("case", _pairs(period)),
        _section("ownCall", _pairs(_own_call(said["ownCall"]))) if said["ownCall"] else "",
        _section("visits", _dated((one["at"], _visit(one)) for one in said["visits"])),
        _section("attendance", _lines(came)),
        _section("closings", _dated(map(_closing, said["closings"]))),
        _section("consents", _dated([await _consent(context, one) for one in said["consents"]])),
        _section("requests", _dated(map(_request, said["requests"]))),
    ]
    return await _paper(context, said["unitId"], "disclosure.title", parts, (*LEFT_OUT_OF_CASE, "window"))


async def _sheet_page(context: Context, said: dict[str, Any]) -> HTMLResponse:
    call = said["ownCall"]
    handoffs = [await _handoff(context, one) for one in call["handoffs"]] if call else []
    parts = [
        _section("person", _pairs(_person(said["person"], tokyo_day(context.service.clock())))),
        _section("ownCall", _pairs(_own_call(call))) if call else "",
        _section("handoffs", _dated(handoffs)) if call else "",
        _section("requests", _dated(map(_request, said["requests"]))),
    ]
    return await _paper(context, said["unitId"], "disclosure.sheetTitle", parts, (*LEFT_OUT_OF_SHEET, "support"))


async def _paper(context: Context, unit_id: str, title: str, parts: list[str], left_out: Iterable[str]) -> HTMLResponse:
    """`left_out`: what the paper names without showing it, the same on every paper, so that it does not say whether it is."""
    made = _said("disclosure.made", date=to_wareki(tokyo_day(context.service.clock())))
    unit = _said("disclosure.unit", unit=await unit_text(context, unit_id))
    said = (
        f'<aside class="how">{_said("disclosure.how")}</aside>',
        f'<main><p class="day">{made}</p><h1>{_said(title)}</h1><p>{_said("disclosure.intro")}</p>',
        *(*parts, _section("apart", _lines(sentence(f"disclosure.left.{what}") for what in left_out))),
        f'<p>{_said("disclosure.ask")}</p><p class="from">{unit}</p></main>',
    )
    return paper(title, "".join(said))


def _section(name: str, body: str) -> str:
    return f"<h2>{_said(f'disclosure.{name}')}</h2>{body or '<p>' + _said('disclosure.none') + '</p>'}"


def _pairs(pairs: Iterable[tuple[str, str]]) -> str:
    said = "".join(f"<dt>{_said(f'disclosure.{name}')}</dt><dd>{escape(text)}</dd>" for name, text in pairs if text)
    return f"<dl>{said}</dl>" if said else ""


def _dated(entries: Iterable[tuple[str, list[tuple[str, str]]]]) -> str:
    """One after another, each under its day."""
    return "".join(f"<h3>{_day(at)}</h3>{_pairs(pairs)}" for at, pairs in entries)


def _lines(texts: Iterable[str]) -> str:
    said = "".join(f"<li>{escape(text)}</li>" for text in texts)
    return f"<ul>{said}</ul>" if said else ""


def _born(person: dict[str, Any], today: date) -> str:
    """The day, or what was told of it; as it was typed, should a later rule no longer read it."""
    if person["birthDate"]:
        return to_wareki(datetime.fromisoformat(person["birthDate"]).date())
    year, month, day = (part or "" for part in person["birth"])
    try:
        return birth_text(year, month, day, today)
    except DateRefusedError:
        return " ".join(part for part in (year, month, day) if part)


def _person(person: dict[str, Any], today: date) -> list[tuple[str, str]]:
    residence = _code("residence", person["residence"]) if person["residence"] else ""
    about = [
        ("name", person["name"]),
        ("kana", person["kana"]),
        ("address", person["address"]),
        ("phone", person["phone"]),
        ("residence", residence),
    ]
    return [*about, ("birth", _born(person, today))]


def _own_call(call: dict[str, Any]) -> list[tuple[str, str]]:
    rules = _codes("contact_rule", call["rules"])
    about = [
        ("at", _day(call["at"])),
        ("receiptNumber", call["receiptNumber"] or ""),
        ("channel", _code("channel", call["channel"])),
    ]
    how = "\n".join(text for text in (rules, call["safeContact"], call["contactNote"]) if text)
    next_ones = (" ".join(filter(None, (_day(one["at"]), one["note"]))) for one in call["appointments"])
    promised = [("promised", call["promised"]), ("appointment", "\n".join(filter(None, next_ones)))]
    return [*about, ("words", call["words"]), *_amendments(call), *_answers(call), *promised, ("howToReach", how)]


def _answers(call: dict[str, Any]) -> list[tuple[str, str]]:
    """What the person answered to the sheet's questions, in words that may reach a user (domain.md, the naming rule)."""
    main = call["mainConcern"]
    return [
        ("mainConcern", _concern(main) if main else ""),
        ("concerns", "、".join(_concern(one) for one in call["concerns"] if one != main)),
        ("atHome", _code("yes_no_unclear", call["isHikikomori"] or "")),
        ("otherIssues", _codes("other_issue", call.get("otherIssues", []))),
        ("urgency", _code("urgency", call["urgency"] or "")),
        ("heardFrom", _codes("heard_from", call.get("heardFrom", []))),
    ]


def _concern(code: str) -> str:
    return sentence("disclosure.concernAtHome") if code == Concern.HIKIKOMORI else _code("concern", code)


def _visit(visit: dict[str, Any]) -> list[tuple[str, str]]:
    met = sentence("disclosure.withYou") if visit["withPerson"] else ""
    promise = " ".join(text for text in (_day(visit["promisedOn"]), visit["promise"]) if text)
    how = [("outcome", _code("visit_outcome", visit["outcome"])), ("met", met), ("words", visit["words"])]
    return [*how, ("memo", visit["memo"]), ("promised", promise), *_amendments(visit)]


def _amendments(record: dict[str, Any]) -> list[tuple[str, str]]:
    return [("amendment", f"{_day(one['at'])}　{one['words']}") for one in record["amendments"]]


def _came(fact: dict[str, Any]) -> str:
    return f"{_day(fact['at'])}　{_code('attendance_kind', fact['kind'])}"


def _linked(link: dict[str, Any]) -> str:
    return f"{_day(link['at'])}　{sentence('disclosure.linked')}"


async def _consent(context: Context, consent: dict[str, Any]) -> tuple[str, list[tuple[str, str]]]:
    to = "、".join([await unit_text(context, unit) for unit in consent["givenToIds"]])
    shared = [("givenTo", to), ("parts", _codes("field_group", consent["fieldGroups"]))]
    until = [("until", _day(consent["until"])), ("withdrawnAt", _day(consent["endedAt"]))]
    return consent["givenAt"], [*shared, *until, ("memo", consent["note"])]


def _closing(closing: dict[str, Any]) -> tuple[str, list[tuple[str, str]]]:
    ended = [("reason", _code("closing_reason", closing["reason"])), ("memo", closing["note"])]
    return closing["at"], [*ended, ("reopenedAt", _day(closing["reopenedAt"])), ("reopenNote", closing["reopenNote"])]


async def _handoff(context: Context, handoff: dict[str, Any]) -> tuple[str, list[tuple[str, str]]]:
    reason = _code("return_reason", handoff["reason"] or "")
    return handoff["at"], [
        ("handedTo", await unit_text(context, handoff["toUnitId"])),
        ("status", _code("handoff_status", handoff["status"])),
        ("answeredAt", _day(handoff["answeredAt"])),
        ("reason", reason),
        ("memo", "\n".join(filter(None, handoff["notes"]))),
    ]


def _request(request: dict[str, Any]) -> tuple[str, list[tuple[str, str]]]:
    asked = [("requestKind", _code("request_kind", request["kind"])), ("asked", request["asked"])]
    decided = [("state", _code("request_state", request["state"])), ("decidedAt", _day(request["decidedAt"]))]
    lifted = [("liftedAt", _day(request["liftedAt"])), ("liftNote", request["liftNote"])]
    return request["at"], [*asked, *decided, ("decisionNote", request["note"]), *lifted]


def _day(at: str | None) -> str:
    """An instant or a civil date as a day of Tokyo in 和暦; nothing for nothing."""
    if not at:
        return ""
    found = datetime.fromisoformat(at)
    return to_wareki(tokyo_day(found) if found.tzinfo else found.date())


def _codes(kind: str, codes: Iterable[str]) -> str:
    return "、".join(_code(kind, code) for code in codes)


def _code(kind: str, code: str) -> str:
    return catalogue().get(f"code.{kind}.{code}", code)


def _said(key: str, **values: str) -> str:
    return escape(sentence(key, **values))
