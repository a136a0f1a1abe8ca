"""Take docs/images/queue.png from the demo's review pages: `make screenshot`.

Needs a Chromium. The picture is not compared by a test, because fonts differ between machines.
"""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from config.processes import child_environment, own_command

_TARGET = Path(__file__).resolve().parents[1] / "images" / "queue.png"
_WIDTH, _HEIGHT = 1280, 720


def main() -> None:
    """Run the demo in a temporary directory and photograph its queue."""
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
            _photograph(address[0])
        finally:
            server.terminate()
            server.wait()


def _photograph(address: str) -> None:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": _WIDTH, "height": _HEIGHT}, color_scheme="light")
        page.goto(address)
        _TARGET.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=_TARGET)
        browser.close()


if __name__ == "__main__":
    main()
