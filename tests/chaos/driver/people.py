"""Who works in the town: two windows, six coordinators, their manager, two at the 居場所; each signed in over HTTP."""

import asyncio
import uuid
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import httpx

from gateway.staff import staff
from infra.seed_people import PASSWORD, STAFF, staff_id
from infra.stack import Stack
from services.contracts.codes import Role
from services.kernel.db import Database
from services.kernel.ids import new_id
from services.kernel.loops import UNREACHABLE
from tests.support.person import document_ids

SUPPORT, IBASHO = "hikikomori-support", "yato-ibasho"
MORE = (
    ("kato", "加藤 望", SUPPORT, Role.COORDINATOR),
    ("ito", "伊藤 薫", SUPPORT, Role.COORDINATOR),
    ("ueda", "上田 光", IBASHO, Role.IBASHO_STAFF),
)
WINDOWS = {"watanabe": "hoya-window", "yoshida": "tanashi-window"}
COORDINATORS = ("takahashi", "hamada", "nakamura", "kobayashi", "kato", "ito")
IBASHO_STAFF = ("mori", "ueda")
RECEIVERS = tuple(
    str(staff_id(login))
    for login, _, unit, role in (*STAFF, *MORE)
    if unit == SUPPORT and role in (Role.COORDINATOR, Role.MANAGER)
)
WORDS = ("memo", "promised", "note", "line")
_DOCUMENTS = document_ids()


class Unknown(Exception):
    """Nobody knows whether it happened: no answer, a cut, a server error."""


async def seed_more(stack: Stack) -> None:
    """The three whom the demo does not have."""
    db = Database(stack.dsns["gateway"].app, 2)
    await db.open()
    for login, name, unit, role in MORE:
        async with db.transaction("seed") as tx:
            await staff.register_member(tx, staff.Member(staff_id(login), login, name), PASSWORD)
            await staff.assign(tx, staff_id(login), unit, role, date(2024, 4, 1))
    await db.close()


class Worker:
    """One signed-in browser or tablet. Signs in again when its session is gone."""

    def __init__(self, url: str, login: str, documents: Mapping[str, str] = _DOCUMENTS) -> None:
        self._documents = documents
        self.login, self.id, self.device = login, str(staff_id(login)), str(uuid.uuid4())
        self.http = httpx.AsyncClient(base_url=url, headers={"Origin": url}, timeout=20)  # as the app
        self._signing = asyncio.Lock()
        self._generation = 0
        self._seq = 0

    async def sign_in(self) -> None:
        """Until it works; concurrent callers share one sign-in."""
        known = self._generation
        async with self._signing:
            while known == self._generation:
                said = {"login": self.login, "password": PASSWORD, "device": self.device}
                try:
                    if (await self.http.post("/session", json=said)).status_code == 200:
                        self._generation += 1
                        return
                except (httpx.HTTPError, ValueError):
                    pass
                await asyncio.sleep(0.3)

    async def ask(self, operation: str, **variables: Any) -> dict[str, Any]:
        """The data of a trusted document; Unknown when there is no clear answer."""
        body = {"documentId": self._documents[operation], "variables": variables}
        try:
            answer = await self.http.post("/graphql", json=body)
        except (*UNREACHABLE, OSError, RuntimeError) as error:
            raise Unknown(type(error).__name__) from None
        if answer.status_code == 401 or self._is_signed_out(answer):
            await self.sign_in()
            raise Unknown("signed_out")
        try:
            said = answer.json()
        except ValueError as error:
            raise Unknown(type(error).__name__) from None
        if answer.status_code != 200 or not said.get("data"):
            raise Unknown(f"{answer.status_code} {str(said)[:200]}")
        return said["data"]  # type: ignore[no-any-return]

    @staticmethod
    def _is_signed_out(answer: httpx.Response) -> bool:
        return answer.status_code == 200 and b'"signed_out"' in answer.content

    def envelope(self, type: str, subject: object, payload: dict[str, Any], base: int | None = None) -> dict[str, Any]:
        """A command as the app makes it."""
        self._seq += 1
        envelope = {"id": str(new_id()), "type": type, "v": 1, "author": self.id, "subject": str(subject)}
        payload = _in_own_words(payload, envelope["id"])
        envelope |= {"deviceSeq": self._seq, "capturedAt": datetime.now(UTC).isoformat(), "payload": payload}
        return envelope | ({"baseVersion": base} if base is not None else {})


def _in_own_words(payload: dict[str, Any], id: str) -> dict[str, Any]:
    """Every command says something of its own, so that words that went astray are seen."""
    said = {name: f"{text} {id}" for name, text in payload.items() if name in WORDS and text}
    told = {"told": _in_own_words(payload["told"], id)} if "told" in payload else {}
    return {**payload, **said, **told}
