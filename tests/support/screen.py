"""One screen as everybody meets it: axe, keyboard alone, a finger, and text twice as large."""

from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import SCREENS, SIZES, look, nothing_wrong

AUDIT = Path(__file__).with_suffix(".js").read_text(encoding="utf8")


def meet(page: Page, name: str, size: str) -> list[str]:
    """What is wrong with a screen or a dialog, in words, as it stands and at 200 % zoom. Axe fails at once."""
    look(page, name, size)
    page.evaluate(AUDIT)
    found = page.evaluate("screenAudit.breaks()")
    if size == "tablet":
        found += page.evaluate("screenAudit.targets()")
    found += by_keyboard(page)
    found += enlarged(page, name, size)
    return [f"{name}.{size}: {each}" for each in sorted(set(found))]


def by_keyboard(page: Page) -> list[str]:
    """Tab from the beginning once round: everything is reached, the focus is seen, nothing holds it."""
    stops = page.evaluate("screenAudit.beginTabs()")
    for _ in range(stops + 3):
        page.keyboard.press("Tab")
    found: list[str] = page.evaluate("screenAudit.endTabs()")
    return found


def enlarged(page: Page, name: str, size: str) -> list[str]:
    """The window of a browser at 200 %: half as many CSS pixels either way."""
    width, height = SIZES[size]
    page.set_viewport_size({"width": width // 2, "height": height // 2})
    nothing_wrong(page, f"{name} at 200 %")
    page.screenshot(path=SCREENS / f"{name}-zoom200.{size}.png")
    found = page.evaluate("screenAudit.layout().concat(screenAudit.breaks())")
    page.set_viewport_size({"width": width, "height": height})
    return [f"at 200 %: {each}" for each in found]


def meet_dialog(page: Page, opener: Locator, name: str, size: str) -> list[str]:
    """Opened and closed by keyboard: the focus goes in, stays in, and comes back to where it was."""
    before = page.locator("dialog").count()
    opener.press("Enter")
    dialog = page.locator("dialog").nth(before)
    expect(dialog).to_be_visible()
    page.wait_for_function(
        "() => [...document.querySelectorAll('dialog:modal')].pop()?.contains(document.activeElement)"
    )
    found = meet(page, name, size)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(opener).to_be_focused()
    return found
