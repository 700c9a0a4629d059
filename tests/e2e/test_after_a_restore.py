"""A tablet with a PIN keeps what its person accepted over the network, and sends it again to an owner that was restored."""

from pathlib import Path as Folder

from playwright.sync_api import expect, sync_playwright

from infra.stack import Stack
from services.kernel.ids import new_id
from tests.support.path import Path
from tests.support.person import Person, consultation_payload, package_payload, wait_until
from tests.support.rows import rows
from tests.support.tablet import Tablet

# Id, state and owner's incarnation of every command on the device, of whoever it is.
KEPT = """async () => {
  const done = (request) => new Promise((tell) => (request.onsuccess = () => tell(request.result)));
  const found = [];
  for (const { name } of await indexedDB.databases()) {
    const db = await done(indexedDB.open(name));
    if (db.objectStoreNames.contains("queue"))
      for (const { id, state, incarnation } of await done(db.transaction("queue").objectStore("queue").getAll())) found.push([id, state, incarnation]);
    db.close();
  }
  return found;
}"""
_ACCEPTED = "select command_id from command_log where command_type = 'AcceptHandoff' and subject = $1"


def test_an_accepted_handoff_is_sent_again_to_a_restored_owner(hills: tuple[Stack, Path], tmp_path: Folder) -> None:
    stack, path = hills
    clerk, consultation, handoff = Person(stack.url, "watanabe"), new_id(), new_id()
    clerk.do("OpenConsultation", consultation, consultation_payload(told={"personName": "戻 りた"}))
    clerk.do("HandOff", handoff, package_payload(consultation))
    with sync_playwright() as playwright:
        tablet = Tablet(playwright, tmp_path / "profile", f"http://localhost:{path.port}")
        page = tablet.start()
        tablet.sign_in("nakamura")
        tablet.set_pin()
        page.goto(f"{tablet.url}/handoffs/{handoff}")
        tablet.unlock()
        page.get_by_role("button", name="受ける").click()
        page.wait_for_url("**/cases/*", timeout=30_000)
        [accepted] = rows(stack, "intake", _ACCEPTED, handoff)
        born_anew = new_id()  # as `make rebuild-bus` does after a restore
        rows(stack, "intake", "insert into incarnation (id) values ($1)", born_anew)
        page.reload()
        tablet.unlock()
        kept = [str(accepted["command_id"]), "received", str(born_anew)]
        wait_until(lambda: kept in page.evaluate(KEPT), seconds=70)
        expect(page.get_by_text("端末のみ 0件")).to_be_visible(timeout=20_000)
        tablet.close()
    assert len(rows(stack, "intake", _ACCEPTED, handoff)) == 1
    assert len(rows(stack, "coordination", "select 1 from case_file where handoff_id = $1", handoff)) == 1
