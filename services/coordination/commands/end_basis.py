"""同意の撤回・根拠の終わり."""

from uuid import UUID

from services.contracts.codes import BasisKind
from services.contracts.coordination import BasisEnded, ConsentWithdrawn, EndBasis
from services.coordination import basis_store
from services.kernel.commands import Refs, Work


async def end_basis(command: EndBasis, case_id: UUID, work: Work) -> Refs:
    """Sight shrinks at this commit, on a closed case too. Again changes nothing and says nothing."""
    kind = await basis_store.end(work.tx, work.actor, case_id, command.basis_id, work.now)
    if kind is BasisKind.CONSENT:
        await work.emit(case_id, ConsentWithdrawn(case_id=case_id, basis_id=command.basis_id))
    elif kind is not None:
        await work.emit(case_id, BasisEnded(case_id=case_id, basis_id=command.basis_id, kind=kind))
    return {"caseId": str(case_id), "basisId": str(command.basis_id)}
