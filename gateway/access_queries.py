"""Reads of 記録の閲覧 and 誰が見たか: the log, for those who look after it. Reading it is logged by its owner."""

import strawberry
from strawberry import ID

from gateway import access_types as types
from gateway import store, who_saw
from gateway.context import Ctx
from services.kernel.errors import NotFound


@strawberry.type
class AccessQuery:
    """What managers and auditors may read of who read."""

    @strawberry.field
    async def access_log(
        self, info: Ctx, days: int = 31, staff_id: ID | None = None, case_id: ID | None = None
    ) -> list[types.AccessLine]:
        """Odd reads first, 確認済 last. Surnames and streets go to the owner to be compared; nothing of a record comes back."""
        async with info.context.service.db.transaction("names") as tx:
            surnames, streets = await store.find_surnames(tx), await store.find_streets(tx)
        asked = {"days": days, "staffId": staff_id, "caseId": case_id, "surnames": surnames, "streets": streets}
        return await info.context.ask("coordination", "/views/access-log", method="POST", body=asked)  # type: ignore[no-any-return]

    @strawberry.field
    async def who_saw(self, info: Ctx, case_id: ID) -> types.WhoSaw | None:
        """The answer for the person, by unit and purpose."""
        try:
            return await who_saw.compose(info.context, str(case_id))  # type: ignore[return-value]
        except NotFound:
            return None
