"""HTTP as RFC 9110 has it, and hostile requests: methods, media types, sizes, JSON, hosts."""

import json
from collections.abc import AsyncIterator

import anyio
import httpx
import pytest

from pipeline.review.api.strict_json import DEEPEST, JsonError, read_json
from tests.support.api import ApiClient, problem
from tests.support.review import BASE, ReviewSite

JSON = "application/json"


def test_head_is_get_without_a_body(site: ReviewSite, client: ApiClient) -> None:
    site.fill(["2603.00001"])
    got = client.get("/papers/2603.00001")
    head = client.send("HEAD", "/papers/2603.00001")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == got.headers["etag"]
    assert head.headers["content-length"] == str(len(got.content))


def test_options_names_the_methods(client: ApiClient) -> None:
    answer = client.send("OPTIONS", "/decisions")
    assert (answer.status_code, answer.headers["allow"]) == (204, "GET, HEAD, OPTIONS, POST")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "BREW"])
def test_other_methods_are_refused_with_allow(client: ApiClient, method: str) -> None:
    answer = client.send(method, "/decisions")
    problem(answer, 405)
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST"


@pytest.mark.parametrize("accept", ["text/html", "application/json;q=0", "image/*, text/plain"])
def test_client_that_takes_no_json_is_refused(client: ApiClient, accept: str) -> None:
    problem(client.get("/me", accept=accept), 406)


@pytest.mark.parametrize("accept", ["*/*", JSON, "text/html, application/*;q=0.5", ""])
def test_client_that_takes_json_is_answered(client: ApiClient, accept: str) -> None:
    assert client.get("/me", accept=accept).status_code == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_body_that_is_not_json_is_refused(client: ApiClient, kind: str) -> None:
    answer = client.send("POST", "/decisions", content=b"{}", headers={"content-type": kind})
    problem(answer, 415)


def test_compressed_body_is_refused(client: ApiClient) -> None:
    headers = {"content-type": JSON, "content-encoding": "gzip"}
    problem(client.send("POST", "/decisions", content=b"{}", headers=headers), 415)


def test_large_bodies_are_refused(client: ApiClient) -> None:
    headers = {"content-type": JSON}
    for path, size in (("/decisions", 64 * 1024), ("/acts", 512 * 1024)):
        body = b'{"a": "' + b"x" * size + b'"}'
        problem(client.send("POST", path, content=body, headers=headers), 413)
        small = b'{"a": "' + b"x" * (size - 100) + b'"}'
        problem(client.send("POST", path, content=small, headers=headers), 422)


def test_large_body_in_parts_is_refused(client: ApiClient) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 8192

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(client.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://127.0.0.1:8765"
        ) as sender:
            return await sender.post(
                "/api/v1/decisions",
                content=parts(),
                headers={"authorization": f"Bearer {client.token}", "content-type": JSON},
            )

    problem(anyio.run(send), 413)


def test_large_body_of_a_stranger_is_not_read(site: ReviewSite) -> None:
    headers = {"content-type": JSON}
    stranger = ApiClient(site.app(), "")
    problem(stranger.send("POST", "/acts", content=b"x" * 100_000, headers=headers), 401)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"{}{}",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": 1e999}',
        b'{"a": 1, "a": 2}',
        b'{"a": "\xff"}',
        b'{"a": "\\ud800"}',
        b"\xef\xbb\xbf{}",
        b"[" * 100_000,
        b'{"a":' * 1000 + b"1" + b"}" * 1000,
        b"1" * 5000,
    ],
)
def test_hostile_json_is_refused(client: ApiClient, body: bytes) -> None:
    headers = {"content-type": JSON}
    status = 413 if len(body) > 64 * 1024 else 400
    problem(client.send("POST", "/decisions", content=body, headers=headers), status)


def test_depth_is_counted_outside_of_texts() -> None:
    deep = "[" * DEEPEST + "]" * DEEPEST
    assert read_json(deep.encode()) is not None
    with pytest.raises(JsonError):
        read_json(f"[{deep}]".encode())
    text = '[{"\\"' * 100
    assert read_json(json.dumps([text, "\\"]).encode()) == [text, "\\"]


def test_repeated_member_among_thousands_is_found_at_once() -> None:
    members = ",".join(f'"m{number}":1' for number in range(60_000))
    with pytest.raises(JsonError, match="'m59999' is there twice"):
        read_json(f'{{{members},"m59999":1}}'.encode())


@pytest.mark.parametrize("body", [b"null", b"[]", b'"x"', b"1", b"true"])
def test_json_of_another_kind_is_refused(client: ApiClient, body: bytes) -> None:
    headers = {"content-type": JSON}
    problem(client.send("POST", "/decisions", content=body, headers=headers), 422)


def test_other_hosts_are_refused(client: ApiClient) -> None:
    problem(client.get("/me", host="evil.example"), 400)


def test_pages_of_other_sites_are_refused(client: ApiClient) -> None:
    problem(client.get("/me", sec_fetch_site="cross-site"), 403)
    problem(client.post("/decisions", {}, origin="https://evil.example"), 403)


def test_long_addresses_and_headers_are_refused(client: ApiClient) -> None:
    problem(client.get(f"/papers/{'x' * 3000}"), 414)
    problem(client.get("/me", x_filler="x" * 20_000), 431)


@pytest.mark.parametrize("path", ["/nothing", "/queue/", "/papers/", "//me", "/me%0A"])
def test_unknown_address_is_a_problem(client: ApiClient, path: str) -> None:
    problem(client.get(path), 404)


def test_bug_answers_with_a_problem_and_no_traceback(
    site: ReviewSite, client: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> object:
        raise ZeroDivisionError("secret of the log")

    monkeypatch.setattr(site, "state", broken)
    answer = ApiClient(site.app(), client.token).get("/status")
    assert "secret" not in answer.text
    problem(answer, 500)


def test_addresses_beside_the_api_answer_programs(client: ApiClient) -> None:
    transport = httpx.ASGITransport(client.app)

    async def ask(path: str) -> httpx.Response:
        async with httpx.AsyncClient(transport=transport, base_url=BASE) as http:
            return await http.get(path, follow_redirects=True)

    for path in ("/api", "/api/", "/api/v1", "/api/v2/me", "/api/v1,/me"):
        said = problem(anyio.run(ask, path), 404)
        assert "/api/v1/" in said["detail"] + said.get("hint", "")


def test_answers_are_downloads_with_a_fixed_name(client: ApiClient) -> None:
    stranger = ApiClient(client.app, "")
    answers = (
        client.get("/me"),
        client.get("/openapi.json"),
        client.get("/no-such/report.bat"),
        client.get("/queue?search=report.bat"),
        stranger.get("/me"),
        client.send("PATCH", "/me"),
    )
    for answer in answers:
        assert answer.headers["content-disposition"] == 'attachment; filename="api.json"'
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_answers_have_the_security_headers(client: ApiClient) -> None:
    headers = client.get("/me").headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in headers
    assert "set-cookie" not in headers
