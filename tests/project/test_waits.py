"""No test depends on the seconds that a library waits by itself."""

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
_ASKS = {
    "httpx": {"Client", "delete", "get", "head", "options", "patch", "post", "put", "request"}
    | {"stream"},
    "urllib.request": {"urlopen"},
    "smtplib": {"SMTP", "SMTP_SSL"},
    "imaplib": {"IMAP4", "IMAP4_SSL"},
    # of a browser: its contexts have a limit of their own
    "browser": {"new_page"},
}


def _impatient(code: str) -> list[int]:
    """Return the lines that ask with the limit of the library."""
    if not any(f"{library}." in code for library in _ASKS):
        return []
    calls = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    return [
        call.lineno
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in _ASKS.get(ast.unparse(call.func.value), ())
        and not {"timeout", "transport"} & {str(one.arg) for one in call.keywords}
    ]


def test_tests_say_how_long_they_wait() -> None:
    found = [
        f"{path.relative_to(TESTS)}:{line}"
        for path in sorted(TESTS.rglob("*.py"))
        for line in _impatient(path.read_text(encoding="utf-8"))
    ]
    assert "\n".join(found) == ""


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("httpx.get(url)", [1]),
        ("\nbrowser.new_page()", [2]),
        ("httpx.get(url, timeout=9); httpx.Client(transport=one); context.new_page()", []),
    ],
)
def test_wait_of_a_library_is_found(code: str, lines: list[int]) -> None:
    assert _impatient(code) == lines
