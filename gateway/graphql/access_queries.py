"""Reads of 記録の閲覧 and 誰が見たか: the log, for those who look after it. Reading it is logged by its owner."""

from typing import Any

import strawberry
from strawberry import ID

from gateway import store, who_saw
from gateway.context import Ctx
from gateway.graphql import access_types as types
from services.contracts.access_log import first_lines
from services.contracts.codes import Role
from services.contracts.tokyo import tokyo_day
from services.kernel.errors import NotFound

LOG_KEEPERS = ("coordination", "intake")


@strawberry.type
class AccessQuery:
    """What managers and auditors may read of who read."""

    @strawberry.field
    async def access_log(
        self,
        info: Ctx,
        days: int = 31,
        staff_id: ID | None = None,
        case_id: ID | None = None,
        receipt_number: str | None = None,
    ) -> types.AccessLog:
        """Odd reads first, 確認済 last. Surnames and streets go to the owners to be compared; nothing of a record comes back."""
        async with info.context.service.db.transaction("names") as tx:
            surnames, streets = await store.find_surnames(tx), await store.find_streets(tx)
        asked = {"days": days, "staffId": staff_id, "caseId": case_id, "receiptNumber": receipt_number}
        body = {**asked, "surnames": surnames, "streets": streets}
        answers, unavailable = await info.context.ask_each(LOG_KEEPERS, "/views/access-log", method="POST", body=body)
        lines = first_lines(line for answer in answers.values() for line in answer)
        units = await who_saw.units_on(info.context, lines)
        found = [{**line, "staffUnitId": unit} for line, unit in zip(lines, units, strict=True)]
        return {"lines": found, "unavailable": unavailable}  # type: ignore[return-value]

    @strawberry.field
    async def log_readers(self, info: Ctx) -> list[types.LogReader]:
        """Everybody on the register, by unit, to ask the log about; nobody for whoever does not look after a log."""
        context = info.context
        if not context.session.actor.units_as(Role.MANAGER, Role.AUDITOR):
            return []
        async with context.service.db.transaction("names") as tx:
            rows = await store.find_everybody(tx, tokyo_day(context.service.clock()))
        found: list[dict[str, Any]] = [
            {
                "staff": {"id": str(row["staff_id"]), "name": row["name"]},
                "unitId": row["unit_id"],
                "hasStreet": row["has_street"],
            }
            for row in rows
        ]
        return found  # type: ignore[return-value]

    @strawberry.field
    async def who_saw(self, info: Ctx, case_id: ID) -> types.WhoSaw | None:
        """The answer for the person, by unit and purpose."""
        try:
            return await who_saw.compose(info.context, str(case_id))  # type: ignore[return-value]
        except NotFound:
            return None
