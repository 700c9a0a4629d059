"""利用停止 at the window: while the use of the case is stopped, its sheet and handoffs are withheld too; 誰が見たか is not."""

from services.contracts.person_request import PersonRequestDecided, SuspensionLifted
from services.kernel.ids import new_id
from tests.service.intake.conftest import AUDITOR, CLERK, COORDINATOR, HAND_OFF, MANAGER, OTHER_CLERK, World
from tests.service.intake.test_erasure import hear
from tests.service.intake.test_who_saw import began


async def test_a_suspended_record_s_sheet_is_withheld_until_every_suspension_is_lifted(world: World) -> None:
    consultation, handoff, case = await began(world)
    about = {"case_id": case, "unit_id": "hikikomori-support"}
    first, second = new_id(), new_id()

    def decided(request: object, **changes: object) -> PersonRequestDecided:
        said = {"kind": "suspension", "decision": "approve", "decided_by": MANAGER.id, **changes}
        return PersonRequestDecided.model_validate({**about, "request_id": request, **said})

    async def statuses() -> set[int]:
        pages = (
            (CLERK, "consultations", consultation),
            (CLERK, "handoffs", handoff),
            (COORDINATOR, "handoffs", handoff),
        )
        return {(await world.get(who, f"/views/{page}/{id_}")).status_code for who, page, id_ in pages}

    async def is_draft_given() -> bool:
        return (await world.http.get("/drafts", headers=world.headers(CLERK))).json() != []

    draft = {"kind": "handoff", "seq": 1, "body": {"consultationId": str(consultation), "promised": "来週"}}
    await world.http.put(f"/drafts/{new_id()}", json=draft, headers=world.headers(CLERK))
    await hear(world, decided(new_id(), decision="decline"))
    await hear(world, decided(new_id(), kind="disclosure"), version=2)
    assert await statuses() == {200} and await is_draft_given()
    await hear(world, decided(first), version=3)
    await hear(world, decided(second), version=4)
    assert await statuses() == {404} and not await is_draft_given()
    assert (await world.get(CLERK, "/views/tray")).json()["sent"] == []
    assert (await world.get(CLERK, "/views/consultations")).json() == []
    again = {**HAND_OFF, "consultationId": str(consultation), "kind": "parallel", "toUnit": "tanashi-window"}
    assert (await world.act(CLERK, "HandOff", new_id(), again))["code"] == "record_suspended"
    assert (await world.act(OTHER_CLERK, "HandOff", new_id(), again))["code"] == "not_found"
    for asking in (MANAGER, AUDITOR):
        assert (await world.get(asking, f"/views/cases/{case}/who-saw")).status_code == 200
        assert (await world.get(MANAGER, f"/views/cases/{case}/holdings")).status_code == 200
    await hear(world, SuspensionLifted(**about, request_id=first, lifted_by=MANAGER.id), version=5)
    assert await statuses() == {404}, "the other one stands"
    await hear(world, SuspensionLifted(**about, request_id=second, lifted_by=MANAGER.id), version=6)
    assert await statuses() == {200} and await is_draft_given()
