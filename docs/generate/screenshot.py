"""Take the pictures of the review pages in docs/images from the demo: `make screenshot`.

Needs a Chromium. A test takes them from other made-up papers; pixels are not compared, because
fonts differ between machines.
"""

import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from config.processes import child_environment, own_command

IMAGES = Path(__file__).resolve().parents[1] / "images"


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: its file name, the page, the colours and the size of the window."""

    name: str
    path: str
    dark: bool = False
    width: int = 1280
    height: int = 800


SHOTS = (
    Shot("queue.png", "/queue"),
    Shot("queue-dark.png", "/queue", dark=True),
    Shot("queue-phone.png", "/queue", width=390, height=844),
    Shot("inbox.png", "/inbox"),
)


def photograph(browser: Browser, login: str, folder: Path) -> tuple[Path, ...]:
    """Open the address with the token, take every picture and return the files."""
    site = login.split("?", maxsplit=1)[0].rstrip("/").removesuffix("/queue")
    files = []
    for shot in SHOTS:
        context = browser.new_context(
            viewport={"width": shot.width, "height": shot.height},
            color_scheme="dark" if shot.dark else "light",
            locale="en-US",
            reduced_motion="reduce",
        )
        page = context.new_page()
        page.goto(login)
        page.goto(f"{site}{shot.path}")
        page.screenshot(path=folder / shot.name)
        files.append(folder / shot.name)
        context.close()
    return tuple(files)


def main() -> None:
    """Run the demo in a temporary directory and photograph its pages."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as folder:
        environment = child_environment(os.environ)
        subprocess.run(
            own_command("demo"), cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL
        )
        server = subprocess.Popen(
            own_command("serve", "--port", "0", "--reviewer", "ada"),
            cwd=Path(folder) / "demo",
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert server.stderr
            address = re.search(r"http://\S+", server.stderr.readline())
            assert address
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=chromium, args=["--no-sandbox"]
                )
                photograph(browser, address[0], IMAGES)
                browser.close()
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
