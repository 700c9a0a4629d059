"""引き継ぐ."""

from uuid import UUID

from services import drafts
from services.contracts.contact import binding
from services.contracts.intake import HandedOff, HandOff
from services.intake import handoff_store, store
from services.intake.domain.consultation import check_rules
from services.intake.domain.handoff import check_package, check_receiver
from services.intake.domain.working_hours import due_at
from services.kernel.commands import Refs, Work


async def hand_off(command: HandOff, handoff_id: UUID, work: Work) -> Refs:
    """Send a complete package to another unit; a clock of working hours starts. Who was kept off before stays kept off."""
    consultation = await store.get_own_consultation(work.tx, work.actor, command.consultation_id)
    earlier = await store.find_kept_off(work.tx, work.actor, command.consultation_id)
    await store.refuse_withheld(work.tx, command.consultation_id)
    check_receiver(consultation["unit_id"], command.to_unit)
    check_package(command)
    bound = binding(consultation["contact_rules"])
    check_rules(command.contact_rules, bound)
    due = due_at(work.now)
    from_unit = consultation["unit_id"]
    kept_off = list(dict.fromkeys([*earlier, *command.kept_off]))
    rules = binding(bound, command.contact_rules)  # a rule once given binds on
    command = command.model_copy(update={"kept_off": kept_off, "contact_rules": rules})
    await handoff_store.insert_handoff(work.tx, work.actor, handoff_id, command, from_unit, (work.now, due))
    event = HandedOff(
        handoff_id=handoff_id,
        consultation_id=command.consultation_id,
        kind=command.kind,
        from_unit=from_unit,
        to_unit=command.to_unit,
        handed_off_by=work.actor.id,
        kept_off=command.kept_off,
        answer_due_at=due,
    )
    await drafts.finish(work, handoff_id)
    await work.emit(handoff_id, event)
    return {"handoffId": str(handoff_id), "answerDueAt": due.isoformat()}
