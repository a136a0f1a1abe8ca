"""Two reviewers who decide over HTTP at the same time, each at a service of their own."""

import html
import re
import subprocess
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx

from tests.support.cli import PATIENCE_SECONDS
from tests.support.soak.life import Life

REVIEWERS = ("ada", "grace")
_FORM = re.compile(r'<form[^>]*id="verdict".*?</form>', re.DOTALL)
_FIELD = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A decision that the service called recorded."""

    arxiv_id: str
    verdict: str
    #: of an approval
    section: str
    reviewer: str


def review(life: Life, truth: Mapping[str, str], each: int) -> list[Acknowledged]:
    """Let both decide up to `each` papers; then their services are killed.

    Args:
        life: of the survey.
        truth: section of the papers in scope.
        each: papers a reviewer decides.
    """
    services = [life.start("serve", "--port", "0", "--reviewer", name) for name in REVIEWERS]
    try:
        begin = threading.Barrier(len(REVIEWERS))
        with ThreadPoolExecutor(len(REVIEWERS)) as pool:
            found = [
                pool.submit(_decide, _address(service), name, truth, each, begin)
                for name, service in zip(REVIEWERS, services, strict=True)
            ]
            return [one for part in found for one in part.result()]
    finally:
        for service in services:
            service.kill()
            service.communicate()


def _address(service: "subprocess.Popen[str]") -> str:
    assert service.stderr is not None
    said = next((line for line in service.stderr if "token=" in line), "")
    assert said, "the service did not start"
    return said.split()[2]


def _decide(
    address: str, reviewer: str, truth: Mapping[str, str], each: int, begin: threading.Barrier
) -> list[Acknowledged]:
    recorded: list[Acknowledged] = []
    with httpx.Client(timeout=PATIENCE_SECONDS, follow_redirects=True) as client:
        url = str(client.get(address).url.join("/"))
        begin.wait(PATIENCE_SECONDS)
        for _ in range(2 * each):  # some are decided by the other one meanwhile
            page = client.get(f"{url}queue", params={"at_least": "0", "part": "paper"})
            assert page.status_code == 200, page.text
            form = _FORM.search(page.text)
            if form is None or len(recorded) == each:
                break
            fields = {key: html.unescape(text) for key, text in _FIELD.findall(form[0])}
            arxiv_id = fields["arxiv_id"]
            section = truth.get(arxiv_id, "")
            pressed = {"accept": section} if section else {"reason": "other-modality"}
            answer = client.post(
                f"{url}decide",
                data={**fields, **pressed},
                headers={"Accept": "application/json", "Origin": url.rstrip("/")},
            )
            if answer.status_code == 409:
                continue
            assert answer.is_success, answer.text
            assert answer.json()["recorded"]
            verdict = "approved" if section else "rejected"
            recorded.append(Acknowledged(arxiv_id, verdict, section, reviewer))
    return recorded
