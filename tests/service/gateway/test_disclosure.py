"""The paper of 開示 is whole: of every kind of what is held it shows the words, or it names what it leaves out and why."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from uuid import UUID

import pytest

from infra.stack import Stack
from services.contracts.codes import HeldKind
from services.contracts.messages import sentence
from services.kernel.ids import new_id
from tests.support.person import Person, basis_payload, consultation_payload, open_case, package_payload, visit_payload
from tests.support.rows import rows

OWN = {"callerKind": "person", "callerRelation": None, "personKnows": "knows"}
ANSWERS = {
    "concerns": ["income", "hikikomori"],
    "mainConcern": "debt",
    "isHikikomori": "yes",
    "otherIssues": ["illness"],
    "urgency": "days",
    "heardFrom": ["city_news"],
}
SAID = ("収入・生活費", "家にいること・学校のこと", "債務", "家にいる状態", "はい", "数日のうち")
SAID_TO_THE_WINDOW = (*SAID, "重なる課題", "病気", "知ったきっかけ", "市報")

SHOWN = {
    HeldKind.PERSON: ["宮下 陽", "1998"],
    HeldKind.CONTACT_SAFETY: ["母の携帯だけ 火・木"],
    HeldKind.PACKAGE: ["通帳が空になった", "一度かける", "木曜 14:00 電話", *SAID],
    HeldKind.VISIT: ["窓を開けてみた", "靴がそろえてあった"],
    HeldKind.BASIS: ["一緒に紙を読んだ", "取りやめた日", "経過"],
    HeldKind.LINK: ["札をこの記録につなぎました"],
    HeldKind.ATTENDANCE: ["　来た"],
    HeldKind.CLOSING: ["その他", "ひと区切りとした", "再開した日", "また話したいと電話"],
    HeldKind.REQUEST: ["訂正", "番地がちがう", "認めませんでした", "住民票と同じ番地", "開示", "全部を見たい"],
}
"""Of a case of the person's own: kind -> what the paper says of it."""
SHOWN_OF_SHEET = {
    HeldKind.CONSULTATION: ["宮下 陽", "通帳が空になった", *SAID_TO_THE_WINDOW],
    HeldKind.HANDOFF: [
        "月曜に手紙を出す",
        "昼すぎに鳴らす",
        "火曜に来所",
        "福祉丸ごと相談窓口",
        "ほかの理由",
        "名前の読みを聞く",
    ],
    HeldKind.REQUEST: ["全部を見たい", "決定を待っています"],
}
LEFT_OUT = (HeldKind.FAMILY_WORDS, HeldKind.QUARANTINE, HeldKind.DRAFT, HeldKind.ACCESS_REVIEW)
APART = (
    "宮下 千代",
    "090-7777-1212",
    "姉は心配している",
    "まちがえたかもしれない",
    "書きかけの文",
    "点検のメモ",
    "夜に電話が鳴った",
)


@pytest.fixture(scope="module")
def people(city: Stack) -> dict[str, Person]:
    return {login: Person(city.url, login) for login in ("watanabe", "takahashi", "hamada", "sasaki", "otsuka")}


TOLD = {"personName": "宮下 陽", "birth": {"year": "1998", "month": "", "day": ""}, "memo": "通帳が空になった"}
TOLD |= {"callerName": "宮下 千代", "callerPhone": "090-7777-1212"}
PROMISED = {"promised": "月曜に手紙を出す", "safeContact": "昼すぎに鳴らす", "nextAppointment": {"note": "火曜に来所"}}


def full_case(people: dict[str, Person], city: Stack) -> str:
    """A case of the person's own call in which something of every kind is held."""
    member, manager = people["takahashi"], people["sasaki"]
    case = open_case(people["watanabe"], member, told=TOLD, **OWN, **ANSWERS)
    words = {"withWhom": ["person"], "personWords": "窓を開けてみた", "memo": "靴がそろえてあった"}
    member.do("RecordVisit", case, visit_payload(**words))
    member.do("RecordVisit", case, visit_payload(withWhom=["person", "family"], familyWords="姉は心配している"))
    people["hamada"].do("RecordVisit", case, visit_payload(memo="まちがえたかもしれない"))
    basis, law = new_id(), new_id()
    consent = basis_payload("GiveConsent", basis, "wakamono-station", note="一緒に紙を読んだ")
    member.do("GiveConsent", case, consent)
    member.do("EndBasis", case, {"basisId": str(basis)})
    manager.do("ShareByLaw", case, basis_payload("ShareByLaw", law, "wakamono-station", reason="夜に電話が鳴った"))
    closing = {"closingId": str(new_id()), "reason": "other", "note": "ひと区切りとした", "promiseSettled": True}
    member.do("CloseCase", case, closing)
    member.do("ReopenCase", case, {"note": "また話したいと電話"})
    request = str(new_id())
    member.do("OpenPersonRequest", case, {"requestId": request, "kind": "correction", "asked": "番地がちがう"})
    decision = {"requestId": request, "decision": "decline", "note": "住民票と同じ番地"}
    manager.do("DecidePersonRequest", case, decision)
    member.do("OpenPersonRequest", case, {"requestId": str(new_id()), "kind": "disclosure", "asked": "全部を見たい"})
    fill_by_hand(city, case)
    return str(case)


def fill_by_hand(city: Stack, case: UUID) -> None:
    """What others begin: a token shown at a table, what somebody still types, what an auditor noted."""
    now, yesterday = datetime.now(UTC), datetime.now(UTC) - timedelta(days=1)
    token, read, by = new_id(), new_id(), new_id()
    draft = "insert into draft_private (draft_id, author_id, kind, seq, body, saved_at) values ($1, $2, 'visit', 1,"
    draft += " jsonb_build_object('caseId', $3::text, 'memo', '書きかけの文'), $4)"
    review = "insert into access_review (access_id, case_id, reviewed_by, reviewed_at) values ($1, $2, $3, $4)"
    for query, *arguments in (
        ("insert into case_token values ($1, $2, $3, $4)", case, token, by, now),
        ("insert into case_attendance values ($1, $2, $3, $2, 'arrived', $4, $4)", case, new_id(), token, yesterday),
        (draft, new_id(), by, str(case), now),
        (review, read, case, by, now),
        ("insert into access_review_private (access_id, case_id, note) values ($1, $2, '点検のメモ')", read, case),
    ):
        rows(city, "coordination", query, *arguments)


def missing(text: str, held: set[str], shown: dict[HeldKind, list[str]]) -> list[str]:
    """Kinds that are held and of which the paper neither says the words nor names that it leaves them out."""
    told = {kind: all(word in text for word in words) for kind, words in shown.items()}
    return sorted(kind for kind in held if not told.get(HeldKind(kind), sentence(f"disclosure.left.{kind}") in text))


def page_of(person: Person, path: str) -> str:
    answer = person.http.get(path)
    assert answer.status_code == 200
    return unescape(re.sub("<[^>]+>", "", answer.text))


def held_of(person: Person, owner: str, **about: str) -> set[str]:
    found = person.ask("Holdings", **about)["holdings"]
    return {line["kind"] for line in found["held"] if line["owner"] == owner}


def test_of_every_kind_that_is_held_of_a_case_the_paper_speaks(people: dict[str, Person], city: Stack) -> None:
    case = full_case(people, city)
    text = page_of(people["sasaki"], f"/print/disclosure/{case}")
    held = held_of(people["sasaki"], "coordination", caseId=case)
    of_others = {HeldKind.CONSULTATION, HeldKind.HANDOFF, HeldKind.NICKNAME, HeldKind.TOKEN_ATTENDANCE}
    of_others |= {HeldKind.CORRECTION_NOTE, HeldKind.CLOSING_LINE}
    assert held == {*HeldKind} - of_others, "the story fills every kind there is"
    assert missing(text, held, SHOWN) == []
    assert sentence("disclosure.left.basis") in text, "of a basis the consents are shown, the others named"
    assert [word for word in APART if word in text] == []
    assert "ひきこもり" not in text, "the paper reaches a user: domain.md, the naming rule"
    assert not re.search(r"disclosure\.|code\.|[{}]|None", text), "no key, code or placeholder is left"


def test_of_every_kind_that_is_held_of_a_sheet_the_paper_speaks(people: dict[str, Person], city: Stack) -> None:
    sheet, handoff = str(new_id()), new_id()
    clerk, lead = people["watanabe"], people["otsuka"]
    clerk.do("OpenConsultation", sheet, consultation_payload(told=TOLD, **OWN, **ANSWERS))
    clerk.do("HandOff", handoff, package_payload(sheet, **PROMISED))
    people["takahashi"].do("ReturnHandoff", handoff, {"reason": "other", "note": "名前の読みを聞く"})
    clerk.do("OpenSheetRequest", sheet, {"requestId": str(new_id()), "kind": "disclosure", "asked": "全部を見たい"})
    text = page_of(lead, f"/print/sheet-disclosure/{sheet}")
    held = held_of(lead, "intake", consultationId=sheet) | {HeldKind.DRAFT, HeldKind.ACCESS_REVIEW}
    assert held >= {*SHOWN_OF_SHEET}
    assert missing(text, held, SHOWN_OF_SHEET) == []
    assert [word for word in ("ひきこもり", *APART) if word in text] == []
    assert not re.search(r"disclosure\.|code\.|[{}]|None", text), "no key, code or placeholder is left"


def test_what_a_family_answered_of_the_person_is_on_neither_paper(people: dict[str, Person]) -> None:
    """Nor is a section of it, empty: the person would read that somebody was asked."""
    case = str(open_case(people["watanabe"], people["takahashi"], told=TOLD, personKnows="knows", **ANSWERS))
    people["takahashi"].do("RecordVisit", case, visit_payload())
    people["takahashi"].do("OpenPersonRequest", case, {"requestId": str(new_id()), "kind": "disclosure"})
    sheet = str(new_id())
    people["watanabe"].do(
        "OpenConsultation", sheet, consultation_payload(told=TOLD, **{**ANSWERS, "personKnows": "knows"})
    )
    people["watanabe"].do("OpenSheetRequest", sheet, {"requestId": str(new_id()), "kind": "disclosure"})
    for login, path in (("sasaki", f"/print/disclosure/{case}"), ("otsuka", f"/print/sheet-disclosure/{sheet}")):
        text = page_of(people[login], path)
        assert "宮下 陽" in text
        assert [word for word in (*SAID_TO_THE_WINDOW, "通帳", "あなたからの相談") if word in text] == []
