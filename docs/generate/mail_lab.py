"""Take the pictures of a mail: `python -m docs.generate.mail_lab` (`make mail-lab`).

The demo's issue is made into a mail as `mail send` would make it, and shown by Chromium as mail
programs show it: light, dark, on a narrow screen, without images, and as plain text. Each picture
has a line with the size of the whole mail, which must stay below what Gmail cuts.
"""

import html
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from config.processes import child_environment, own_command
from docs.generate.screenshot import IMAGES
from pipeline.publish.mail.letter import MOST_BYTES

#: what a mail needs beside the demo's settings; nothing is sent
SETTINGS = {
    "LIVING_SURVEY_MAIL__FROM_ADDRESS": "survey@survey.example",
    "LIVING_SURVEY_SUBSCRIBERS__URL": "https://pages.survey.example",
    "LIVING_SURVEY_PUBLISH__BASE_URL": "https://survey.example/digests",
}


@dataclass(frozen=True, slots=True)
class Mode:
    """One way in which a mail is shown."""

    file: str
    dark: bool = False
    width: int = 720
    images: bool = True
    plain: bool = False


MODES = (
    Mode("mail-light.png"),
    Mode("mail-dark.png", dark=True),
    Mode("mail-narrow.png", width=360),
    Mode("mail-no-images.png", images=False),
    Mode("mail-plain.png", plain=True),
)


def size_line(message: bytes) -> str:
    """Return how long a mail is, compared with the length that Gmail shows."""
    return f"whole mail: {len(message):,} bytes; Gmail cuts after {MOST_BYTES:,}"


def photograph_mail(browser: Browser, mail: Path, folder: Path) -> tuple[Path, ...]:
    """Show a mail in every mode and return the pictures.

    Args:
        browser: Chromium.
        mail: the directory that `mail preview` wrote.
        folder: gets the pictures.
    """
    line = size_line((mail / "message.eml").read_bytes())
    files = []
    for mode in MODES:
        context = browser.new_context(
            viewport={"width": mode.width, "height": 700},
            color_scheme="dark" if mode.dark else "light",
            locale="en-US",
            java_script_enabled=False,
            offline=True,
        )
        page = context.new_page()
        if not mode.images:
            page.route(
                "**/*",
                lambda route: (
                    route.abort() if route.request.resource_type == "image" else route.continue_()
                ),
            )
        page.set_content(_page(mail, mode, line))
        page.screenshot(path=folder / mode.file)
        files.append(folder / mode.file)
        context.close()
    return tuple(files)


def _page(mail: Path, mode: Mode, line: str) -> str:
    """Return what is shown: the mail below a line that says how long it is."""
    bar = (
        '<div style="padding:6px 12px;font:13px monospace;color:#ffffff;background-color:#30343c">'
        f"{html.escape(line)}</div>"
    )
    if mode.plain:
        text = html.escape((mail / "message.txt").read_text(encoding="utf-8"))
        return f'{bar}<pre style="margin:14px;font:14px/1.4 monospace">{text}</pre>'
    page = (mail / "message.html").read_text(encoding="utf-8")
    head, body, rest = page.partition("<body")
    tag, end, content = rest.partition(">")
    return f"{head}{body}{tag}{end}{bar}{content}"


def make_mail(folder: Path) -> Path:
    """Run the demo in a directory, make its issue into a mail and return where that is."""
    environment = child_environment(os.environ, SETTINGS)
    subprocess.run(
        own_command("demo"), cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL
    )
    subprocess.run(
        own_command("mail", "preview", "mail", "--week", "2026-W12"),
        cwd=folder / "demo",
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return folder / "demo" / "mail"


def main() -> None:
    """Make the mail in a temporary directory and photograph it."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        mail = make_mail(Path(folder))
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        photograph_mail(browser, mail, IMAGES)
        browser.close()
        print(size_line((mail / "message.eml").read_bytes()))


if __name__ == "__main__":
    main()
