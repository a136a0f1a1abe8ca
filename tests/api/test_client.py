"""A client made from the served OpenAPI document alone reads, decides, and is refused."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from schemathesis.core.transport import Response

from tests.support.api import token_of
from tests.support.review import ReviewSite
from tests.support.serving import served_app

PAPERS = [f"2603.{number:05}" for number in range(1, 6)]

pytestmark = pytest.mark.slow  # a service that listens


@dataclass
class Client:
    """Calls operations by their names; each answer is compared with what the document says."""

    schema: Any
    token: str

    def call(self, name: str, status: int = 200, body: Any = None, **parts: Any) -> Response:
        """Call an operation; `parts` are `path`, `query` and `headers`."""
        operation = self.schema.find_operation_by_id(name)
        sent = {"body": body, "media_type": "application/json"} if body is not None else {}
        case = operation.Case(
            path_parameters=parts.get("path", {}),
            query=parts.get("query", {}),
            headers={"Authorization": f"Bearer {self.token}", **parts.get("headers", {})},
            **sent,
        )
        answer: Response = case.call()
        assert answer.status_code == status, answer.text
        operation.validate_response(answer)
        return answer


@pytest.fixture
def client(site: ReviewSite) -> Iterator[Client]:
    """A client of a service on the loopback interface."""
    site.fill(PAPERS)
    with served_app(site.app()) as url:
        schema = schemathesis.openapi.from_url(f"{url}api/v1/openapi.json")
        yield Client(schema, token_of(site))


def test_client_from_the_document_works(client: Client) -> None:
    first = client.call("listQueue", query={"limit": 2}).json()
    following = client.call("listQueue", query={"limit": 2, "cursor": first["next"]}).json()
    listed = [one["arxiv_id"] for one in (*first["papers"], *following["papers"])]
    assert listed == PAPERS[:4]
    paper = {"arxiv_id": listed[0]}
    tag = client.call("getPaper", path=paper).headers["etag"][0]
    body = {**paper, "verdict": "approved", "sections": ["agents"]}
    headers = {"Idempotency-Key": "one", "If-Match": tag}
    made = client.call("recordDecision", 201, body, headers=headers).json()["decision"]
    assert client.call("recordDecision", 201, body, headers=headers).json()["decision"] == made
    client.call("recordDecision", 412, body, headers={"If-Match": tag})
    ruled = client.call("putRuling", 201, {"sentence": "Why."}, path=paper).json()["ruling"]
    assert client.call("listRulings").json()["rulings"] == [ruled]
    client.call("undoDecision", path={"decision_id": made["decision_id"]})
    assert client.call("getPaper", path=paper).json()["standing"] is None


def test_client_from_the_document_reads_problems(client: Client) -> None:
    body = {"arxiv_id": PAPERS[0], "verdict": "rejected"}
    said = client.call("recordDecision", 422, body).json()
    assert said["errors"][0]["pointer"] == "/reason"
    assert client.call("getRule", 404, path={"rule": "none"}).json()["status"] == 404
    client.token = "ls_" + "0" * 49
    assert client.call("getMe", 401).json()["status"] == 401
