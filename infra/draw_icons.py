"""`python -m infra.draw_icons` draws the app's PNG icons from pwa/public/icon.svg with Debian's Chromium."""

import re
from pathlib import Path

from playwright.sync_api import sync_playwright

from infra.paths import ROOT

PUBLIC = ROOT / "pwa" / "public"
SQUARE = re.compile(r'rx="7"')
MARK = re.compile(r"translate\(2\.4 2\.4\) scale\(\.85\)")


def drawings() -> dict[str, tuple[int, str]]:
    """File name -> (pixels, SVG). The maskable one fills its square, its mark in the inner 80 % that no mask cuts."""
    svg = (PUBLIC / "icon.svg").read_text(encoding="utf8")
    full = MARK.sub("translate(6.4 5.7) scale(.62)", SQUARE.sub("", svg))
    return {"icon-192.png": (192, svg), "icon-512.png": (512, svg), "icon-maskable.png": (512, full)}


def draw(folder: Path) -> None:
    """Write them into `folder`."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for name, (size, svg) in drawings().items():
            page = browser.new_page(viewport={"width": size, "height": size})
            page.set_content(f"<style>html,body{{margin:0}}svg{{display:block;width:{size}px}}</style>{svg}")
            page.screenshot(path=folder / name, omit_background=True)
        browser.close()


if __name__ == "__main__":
    draw(PUBLIC)
