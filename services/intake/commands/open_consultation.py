"""相談を開く."""

from uuid import UUID

from services import drafts
from services.contracts.intake import ConsultationOpened, OpenConsultation
from services.contracts.tokyo import tokyo_day
from services.contracts.wareki import fiscal_year
from services.intake import store
from services.intake.domain.consultation import decide_open, office_mark, receipt_number
from services.kernel.commands import Refs, Work


async def open_consultation(command: OpenConsultation, consultation_id: UUID, work: Work) -> Refs:
    """Write the sheet down and give it its 受付番号."""
    derived = decide_open(command, work.actor, work.now)
    await store.refuse_erased(work.tx, consultation_id)  # as when a device sends it again after a restore
    year = fiscal_year(tokyo_day(command.opened_at))
    number = await store.next_receipt_number(work.tx, office_mark(command.unit_id), year)
    receipt = receipt_number(command.unit_id, command.opened_at, number)
    filed = store.Filed(receipt, work.now, work.captured_at or work.now)
    await store.insert_consultation(work.tx, work.actor, consultation_id, command, derived, filed)
    opened = ConsultationOpened(
        consultation_id=consultation_id,
        opened_by=work.actor.id,
        concerns=list(derived.concerns),
        **command.model_dump(
            include={"unit_id", "caller_kind", "channel", "residence", "person_knows", "main_concern"}
            | {"heard_from", "is_hikikomori", "other_issues", "urgency"}
        ),
    )
    await drafts.finish(work, consultation_id)
    await work.emit(consultation_id, opened, time=command.opened_at)
    return {"consultationId": str(consultation_id), "receiptNumber": receipt}
