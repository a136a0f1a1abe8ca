"""Take the pictures of the review pages and the site in docs/images: `make screenshot`.

Needs a Chromium. A test takes them from other made-up papers; pixels are not compared, because
fonts differ between machines.
"""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from config.processes import child_environment, own_command
from docs.generate.shots import Shot, photograph_page
from docs.generate.site_pictures import DAY, photograph_site

IMAGES = Path(__file__).resolve().parents[1] / "images"
#: what the site needs beside the demo's settings
_SITE = {
    "LIVING_SURVEY_PUBLISH__BASE_URL": "https://survey.example",
    "LIVING_SURVEY_PUBLISH__SUGGEST_URL": "https://survey.example/suggest",
    "LIVING_SURVEY_SUBSCRIBERS__URL": "https://pages.survey.example",
    "LIVING_SURVEY_SITE__ABOUT": "What language models do for pictures, films, sound and space.",
    "LIVING_SURVEY_SITE__RHYTHM": "weekly",
}
#: the demo's day: by the real clock its next issue is late and its papers are old
_CLOCK = {"LIVING_SURVEY_NOW": DAY.isoformat()}


SHOTS = (
    Shot("queue.png", "/queue"),
    Shot("queue-dark.png", "/queue", dark=True),
    Shot("queue-phone.png", "/queue", width=390, height=844),
    Shot("inbox.png", "/inbox?paper=2603.99001"),
    Shot("health.png", "/queue-health", height=1000),
)


def photograph(browser: Browser, login: str, folder: Path) -> tuple[Path, ...]:
    """Open the address with the token, take every picture and return the files."""
    site = login.split("?", maxsplit=1)[0].rstrip("/").removesuffix("/queue")
    files = []
    for shot in SHOTS:
        context = shot.context(browser)
        page = context.new_page()
        page.goto(login)
        page.goto(f"{site}{shot.path}")
        # the page's script asks for papers alike until they are found
        page.wait_for_selector("#loading", state="detached")
        photograph_page(page, folder / shot.name)
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
        subprocess.run(
            own_command("publish", "--target", "site", "--reviewer", "ada"),
            cwd=Path(folder) / "demo",
            env=child_environment(os.environ, _SITE | _CLOCK),
            check=True,
            stdout=subprocess.DEVNULL,
        )
        server = subprocess.Popen(
            own_command("serve", "--port", "0", "--reviewer", "ada"),
            cwd=Path(folder) / "demo",
            env=child_environment(os.environ, _CLOCK),
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
                photograph_site(browser, Path(folder) / "demo" / "var" / "digests", IMAGES)
                browser.close()
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
