"""Check a page with axe-core, which axe-playwright-python contains."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

#: rules of WCAG 2.2 A and AA, and best practice such as the order of headings
RULES = {
    "runOnly": [
        *("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"),
    ],
    "resultTypes": ["violations"],
}
#: how pages are looked at: name, colours, width, height
MODES = (
    ("light", "light", 1280, 800),
    ("dark", "dark", 1280, 800),
    ("phone", "light", 390, 844),
    ("phone, dark", "dark", 390, 844),
)


def contexts(browser: Browser) -> dict[str, BrowserContext]:
    """Return one browser context a mode."""
    return {
        name: browser.new_context(
            color_scheme="dark" if colours == "dark" else "light",
            viewport={"width": width, "height": height},
        )
        for name, colours, width, height in MODES
    }


def faults(page: Page) -> list[str]:
    """Return what axe finds: rule, impact and elements."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [
        f"{each['id']} ({each['impact']}): "
        + "; ".join(" ".join(map(str, node["target"])) for node in each["nodes"][:5])
        for each in found
    ]


def invisible(page: Page) -> list[str]:
    """Return buttons whose text has nearly the colour of their background.

    axe takes a contrast of 1 for text that is hidden on purpose, and reports nothing.
    """
    found: list[str] = page.evaluate(
        """() => {
          const parts = (colour) => colour.match(/[0-9.]+/g).map(Number);
          return [...document.querySelectorAll("button, .button")].filter((one) => {
            const style = getComputedStyle(one);
            const [text, back] = [parts(style.color), parts(style.backgroundColor)];
            const apart = Math.max(...[0, 1, 2].map((part) => Math.abs(text[part] - back[part])));
            return one.offsetParent && back[3] !== 0 && apart < 40;
          }).map((one) => `invisible: ${one.textContent.trim()}`);
        }"""
    )
    return found
