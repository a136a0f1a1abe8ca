"""Describe a picture of a page, and open the browser's window for it."""

from dataclasses import dataclass

from playwright.sync_api import Browser, BrowserContext


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
