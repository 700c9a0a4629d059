"""Nothing personal stays on the browser's disk: every byte of the profile is searched after use, and after a kill."""

import base64
import json
import os
import shutil
import signal
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from infra.seed import PASSWORD
from infra.stack import Stack
from services.kernel.ids import new_id
from tests.e2e.conftest import CHROMIUM, KEPT, WORKER_READY
from tests.e2e.test_offline_afternoon import open_board
from tests.support.person import Person, attendance_payload, consultation_payload, open_case, session_payload
from tests.support.pwa import shell_paths
from tests.support.tablet import SHOW_AS, Tablet, browser_pids
from tests.support.tokens import token_code

MARKS = {
    "name": "苧環朔太朗",
    "kana": "おだまきさくたろう",
    "phone": "08077709876",
    "memo": "夜更けに星図を広げて眺めている",
    "password": PASSWORD,
}


PIN = "83041759"  # eight digits: no timestamp has them by chance
CASE_MARKS = {
    "name": "杜若蓮太郎",
    "kana": "かきつばたれんたろう",
    "phone": "08066605432",
    "memo": "雨戸の内で将棋の駒を磨いている",
    "visit": "扉の隙間から手紙の返事が出てきた",
    "draft": "書きかけの言葉は鉄瓶のことだった",
    "nickname": "縁側のいたち",
    "line": "折り紙の鶴が窓辺に並んだ午後",
    "password": PASSWORD,
    "pin": PIN,
}
CONTROL = "対照として置いた平文の一行"

# The raw bytes of every key this page ever hands to Web Crypto, told to the test and to nobody else.
LISTEN = """(() => {
  const hex = (data) => Array.from(ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data),
    (byte) => byte.toString(16).padStart(2, "0")).join("");
  const importKey = SubtleCrypto.prototype.importKey;
  SubtleCrypto.prototype.importKey = function (format, data, algorithm, ...rest) {
    if (format === "raw") window.heard(algorithm.name ?? algorithm, hex(data));
    return importKey.call(this, format, data, algorithm, ...rest);
  };
  const getRandomValues = Crypto.prototype.getRandomValues;
  Crypto.prototype.getRandomValues = function (array) {
    const filled = getRandomValues.call(this, array);
    if (filled.byteLength === 32) window.heard("random", hex(filled));
    return filled;
  };
})()"""
# What is on the disk and may be: the wrapped key and the sealed queue; and one line in clear, in a database of its own.
SEALED = """async (control) => {
  const open = (name, make) => new Promise((done, failed) => {
    const opening = indexedDB.open(name);
    if (make) opening.onupgradeneeded = () => opening.result.createObjectStore("lines");
    opening.onsuccess = () => done(opening.result);
    opening.onerror = () => failed(opening.error);
  });
  const all = (db, store) => new Promise((done) => {
    db.transaction(store).objectStore(store).getAll().onsuccess = (event) => done(event.target.result);
  });
  const [staff] = await all(await open("banso-device"), "staff");
  const person = await open(`banso-${staff.staffId}`);
  const [queue, records, drafts] = await Promise.all(["queue", "records", "drafts"].map((store) => all(person, store)));
  const clear = await open("control", true);
  await new Promise((done) => {
    const tx = clear.transaction("lines", "readwrite", {durability: "strict"});
    tx.objectStore("lines").put({text: control}, 1);
    tx.oncomplete = done;
  });
  const visit = queue[queue.length - 1];
  return {counts: [queue.length, records.length, drafts.length],
    wrapped: [...staff.wrapped], sealed: [...visit.sealed.slice(0, 48)], blob: visit.blob.slice(0, 80)};
}"""


def base64_forms(data: bytes) -> list[bytes]:
    """As it stands inside a longer base64 text, at each of the three places it can begin."""
    forms = []
    for shift in range(3):
        text = base64.b64encode(b"\0" * shift + data)
        forms.append(text[-(-shift * 8 // 6) : len(text) - 4])
    return forms


def encodings(text: str) -> list[bytes]:
    """How a browser might write a text down."""
    escaped = json.dumps(text)[1:-1]
    plain = [text.encode(), text.encode("utf-16-le"), text.encode("utf-16-be"), quote(text).encode()]
    more = [escaped.encode(), escaped.encode("utf-16-le"), *base64_forms(text.encode())]
    return [*plain, *more, *base64_forms(text.encode("utf-16-le"))]


def key_encodings(key: bytes) -> list[bytes]:
    """How anybody might write a key down."""
    base64s = base64_forms(key)
    texts = [key.hex().encode(), key.hex().upper().encode(), *base64s]
    texts += [form.translate(bytes.maketrans(b"+/", b"-_")) for form in base64s]
    return [key, *texts, *(text.decode().encode("utf-16-le") for text in texts)]


def hits(folder: Path, wanted: dict[str, list[bytes]]) -> list[tuple[str, str]]:
    """Which of the wanted things stand in which file, in any of their forms."""
    files = [file for file in folder.rglob("*") if file.is_file() and not file.is_symlink()]
    return [
        (name, str(file.relative_to(folder)))
        for file in files
        for content in [file.read_bytes()]
        for name, forms in wanted.items()
        if any(form in content for form in forms)
    ]


def forms_of(marks: dict[str, str]) -> dict[str, list[bytes]]:
    return {name: encodings(text) for name, text in marks.items()}


@pytest.mark.parametrize("killed", [False, True], ids=["closed", "killed"])
def test_no_personal_byte_on_the_browser_s_disk(city: Stack, tmp_path: Path, killed: bool) -> None:
    consultation = new_id()
    told = {
        "personName": MARKS["name"],
        "personKana": MARKS["kana"],
        "callerPhone": MARKS["phone"],
        "memo": MARKS["memo"],
    }
    Person(city.url, "watanabe").do("OpenConsultation", consultation, consultation_payload(told=told))
    profile = tmp_path / "profile"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch_persistent_context(
            str(profile), executable_path="/usr/bin/chromium", args=CHROMIUM
        )
        page = browser.new_page()
        page.goto(city.url)
        page.get_by_label("職員ID").fill("watanabe")
        page.get_by_label("パスワード").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/today")
        page.goto(f"{city.url}/consultations/{consultation}")
        expect(page.get_by_text(MARKS["memo"])).to_be_visible()
        page.goto(f"{city.url}/consultations/new")
        page.locator("label").filter(has_text="知人").first.click()
        page.get_by_role("textbox", name="話されたこと").fill(MARKS["memo"])
        page.get_by_role("textbox", name="氏名または呼び名").fill(MARKS["name"])
        expect(page.get_by_text("下書き保存")).to_be_visible()
        storage = page.evaluate(
            "async () => [localStorage.length, sessionStorage.length, (await indexedDB.databases()).length]"
        )
        assert storage == [0, 0, 0]
        page.wait_for_function(WORKER_READY)
        assert {urlsplit(url).path for url in page.evaluate(KEPT)} == shell_paths(), (
            "only the shell, none of the answers"
        )
        page.wait_for_timeout(3000)
        if killed:
            for pid in browser_pids(profile):
                os.kill(pid, signal.SIGKILL)
        else:
            browser.close()
    assert any(profile.rglob("Cookies*")), "the search looks at a real profile"
    assert hits(profile, forms_of(MARKS)) == []


def listen(page: Page, url: str) -> list[tuple[str, bytes]]:
    """Every raw key from now on, with what it is for."""
    heard: list[tuple[str, bytes]] = []
    page.expose_function("heard", lambda use, data: heard.append((use, bytes.fromhex(data))))
    page.add_init_script(LISTEN)
    page.goto(url)
    return heard


def write_offline(page: Page, session: UUID) -> None:
    """Half of what the afternoon was like, then a visit, then half of another."""
    page.context.set_offline(True)
    open_board(page, session)
    expect(page.get_by_text(CASE_MARKS["nickname"]).first).to_be_visible()
    page.locator("#closing-line").fill(CASE_MARKS["line"])
    expect(page.get_by_text("下書き保存")).to_be_visible()
    page.get_by_role("link", name="ケース", exact=True).click()
    page.get_by_role("link", name=CASE_MARKS["name"]).first.click()
    expect(page.get_by_text(CASE_MARKS["memo"])).to_be_visible()
    for memo in (CASE_MARKS["visit"], CASE_MARKS["draft"]):
        page.get_by_role("link", name="訪問を記録").first.click()
        page.get_by_role("radio", name="扉越し").check()
        page.get_by_role("checkbox", name="本人", exact=True).check()
        page.get_by_role("textbox", name="ひとこと").fill(memo)
        if memo == CASE_MARKS["visit"]:
            page.get_by_role("button", name="記録する").click()
            expect(page.get_by_text(memo)).to_be_visible()
    expect(page.get_by_text("下書き保存")).to_be_visible()


def lock(page: Page) -> None:
    """The page goes to the background."""
    page.evaluate(SHOW_AS, "hidden")
    expect(page.get_by_role("heading", name="PINを入れてください")).to_be_visible()


def copy_of(profile: Path, to: Path) -> Path:
    """What somebody who takes the tablet away would have on their desk. The browser may still run."""
    shutil.copytree(
        profile, to, symlinks=True, ignore_dangling_symlinks=True, ignore=shutil.ignore_patterns("Singleton*")
    )
    return to


@pytest.mark.parametrize("end", ["locked", "killed"])
def test_a_tablet_with_a_pin_can_be_taken_apart(city: Stack, tmp_path: Path, end: str) -> None:
    told = {"personName": CASE_MARKS["name"], "personKana": CASE_MARKS["kana"]}
    told |= {"callerPhone": CASE_MARKS["phone"], "memo": CASE_MARKS["memo"]}
    coordinator, session = Person(city.url, "takahashi"), new_id()
    open_case(Person(city.url, "watanabe"), coordinator, told=told)
    host = Person(city.url, "mori")
    host.do("ScheduleSession", session, session_payload(host, coordinator))
    come = {
        "participantId": str(new_id()),
        "newParticipant": {"nickname": CASE_MARKS["nickname"], "code": token_code(20261124)},
    }
    host.do("LogAttendance", session, attendance_payload("arrived", **come))
    with sync_playwright() as playwright:
        tablet = Tablet(playwright, tmp_path / "profile", city.url)
        page = tablet.start()
        heard = listen(page, city.url)
        tablet.sign_in("takahashi")
        tablet.set_pin(PIN)
        expect(page.get_by_text("持ち出し準備OK")).to_be_visible(timeout=20_000)
        write_offline(page, session)
        there = page.evaluate(SEALED, CONTROL)
        page.wait_for_timeout(2_000)
        if end == "locked":
            lock(page)
        else:
            tablet.die()
        profile = copy_of(tablet.profile, tmp_path / "copy")
        tablet.close()
    the_search_finds_what_is_there(profile, there)
    assert hits(profile, forms_of(CASE_MARKS)) == []
    assert hits(profile, {use: key_encodings(key) for use, key in keys_in(heard).items()}) == []


def the_search_finds_what_is_there(profile: Path, there: dict[str, Any]) -> None:
    """The same search, for what must be on the disk: the sealed rows, the wrapped key, and a line in clear."""
    queue, records, drafts = there["counts"]
    assert queue >= 1 and records >= 2 and drafts >= 1
    sealed = {name: [bytes(there[name])] for name in ("wrapped", "sealed")}
    wanted = {**sealed, "blob": [there["blob"].encode()], "control": encodings(CONTROL)}
    assert {name for name, _ in hits(profile, wanted)} == set(wanted)


def keys_in(heard: list[tuple[str, bytes]]) -> dict[str, bytes]:
    """The vault's key, the secret that proves the author, and whatever else was handed to Web Crypto in clear."""
    vaults = {key for use, key in heard if use == "AES-GCM"}
    assert len(vaults) == 1 and vaults <= {key for use, key in heard if use == "random"}, "the key of this very vault"
    secrets = {key for use, key in heard if use == "HMAC"}
    assert len(secrets) == 1
    return {f"{use} {number}": key for number, (use, key) in enumerate(heard) if use != "PBKDF2" and len(key) == 32}
