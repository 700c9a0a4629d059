"""Cases whose owner or team no longer fits who works in a unit, for 職員と担当."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.contracts.codes import FieldGroup
from services.contracts.openapi import reads
from services.coordination import store
from services.coordination.domain.who_may import sight_of
from services.coordination.views import card_of, note_sight
from services.kernel.errors import malformed
from services.kernel.request import ReaderDep, read_json

router = APIRouter()
_ASKED = frozenset({FieldGroup.IDENTITY, FieldGroup.TEAM})


class Working(BaseModel):
    """Who works in the units of whoever asks, and who did once: facts of the register, compared and not kept."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)
    staying: Annotated[list[UUID], Field(max_length=5_000)]
    former: Annotated[list[UUID], Field(max_length=5_000)]


@router.post("/views/cases-to-staff", openapi_extra=reads(Working.model_json_schema()))
async def post_cases_to_staff(request: Request, reader: ReaderDep) -> list[dict[str, Any]]:
    """Of the open cases that show me their team: those whose owner is not among who stays, or with somebody on the team who
    worked there once. No other case is read, and none is in the log."""
    try:
        working = Working.model_validate(await read_json(request))
    except ValidationError as error:
        raise malformed(error, "malformed_request") from None
    staying, former = set(working.staying), set(working.former)
    async with reader.open() as read:
        cards = []
        for row in await store.find_cases(read.tx, read.actor, read.now):
            sight = sight_of(row["standings"])
            fits = row["owner_id"] in staying and former.isdisjoint(row["team"])
            if fits or FieldGroup.TEAM not in sight.groups:
                continue
            note_sight(read, row["case_id"], sight, _ASKED)
            cards.append(card_of(row, _ASKED))
        return cards
