"""Describe a picture of a page, and open the browser's window for it."""

from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: its file name, the page, the colours and the size of the window."""

    name: str
    path: str
    dark: bool = False
    width: int = 1280
    height: int = 800

    def context(self, browser: Browser) -> BrowserContext:
        """Return a window of this size and in these colours."""
        return browser.new_context(
            viewport={"width": self.width, "height": self.height},
            color_scheme="dark" if self.dark else "light",
            locale="en-US",
            reduced_motion="reduce",
        )


def photograph_page(page: Page, file: Path) -> None:
    """Take a picture in 256 colours: pages have few, and the file is a third as large."""
    page.screenshot(path=file)
    with Image.open(file) as picture:
        small = picture.convert("RGB").quantize(256, dither=Image.Dither.NONE)
    small.save(file, optimize=True)
