"""Render docs/reference/api.md from the OpenAPI document."""

from collections.abc import Iterator
from typing import Any

from docs.generate.markdown import NOTICE, table
from pipeline.review.api.openapi import document
from pipeline.review.api.table import OPERATIONS, PREFIX

_INTRODUCTION = f"""\
{NOTICE}

# The JSON API

Addresses are below `{PREFIX}`. [The guide](../guides/api.md) explains tokens, cursors, ETags,
idempotency keys and errors.
"""


def api_page() -> str:
    """Return an overview of the operations, what each takes, and the documents."""
    found = document(OPERATIONS)
    parts = [_INTRODUCTION, table(("address", "what it does"), _overview(found))]
    for path, own in found["paths"].items():
        for method, operation in own.items():
            parts += _operation(method, path, operation)
    parts.append("# Documents\n")
    for name, schema in sorted(found["components"]["schemas"].items()):
        if "properties" in schema:
            parts += [f"## {name}\n", f"{schema.get('description', '')}\n", _members(schema)]
    return "\n".join(parts)


def _overview(found: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for path, own in found["paths"].items():
        for method, operation in own.items():
            name = operation["operationId"]
            yield f"[`{method.upper()} {path}`](#{name.lower()})", operation["summary"]


def _operation(method: str, path: str, operation: dict[str, Any]) -> list[str]:
    parts = [
        f"## {operation['operationId']}\n",
        f"`{method.upper()} {path}`: {operation['summary']} {operation['description']}\n",
    ]
    if operation["parameters"]:
        rows = (
            (f"`{one['name']}`", one["in"], one.get("description", ""))
            for one in operation["parameters"]
        )
        parts.append(table(("parameter", "in", "what it is"), rows))
    if "requestBody" in operation:
        parts.append(f"Body: {_named(operation['requestBody'])}\n")
    statuses = operation["responses"]
    documents = [f"{status} {_named(one)}".strip() for status, one in statuses.items()]
    problems = [text for text in documents if text.endswith("`Problem`")]
    others = [text for text in documents if text not in problems]
    said = ", ".join(text.split()[0] for text in problems)
    parts.append(f"Answers: {', '.join(others)}; problems {said}.\n")
    return parts


def _named(holder: dict[str, Any]) -> str:
    for content in holder.get("content", {}).values():
        return f"`{content['schema']['$ref'].rpartition('/')[2]}`"
    return ""


def _members(schema: dict[str, Any]) -> str:
    rows = (
        (f"`{name}`", _kind(own), own.get("description", ""))
        for name, own in schema["properties"].items()
    )
    return table(("member", "type", "what it is"), rows)


def _kind(own: dict[str, Any]) -> str:
    if "$ref" in own:
        return f"`{own['$ref'].rpartition('/')[2]}`"
    if "anyOf" in own:
        return " or ".join(_kind(one) for one in own["anyOf"])
    if own.get("type") == "array":
        return f"list of {_kind(own['items'])}" if "items" in own else "list"
    return str(own.get("format") or own.get("type", ""))
