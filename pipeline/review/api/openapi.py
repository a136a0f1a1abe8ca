"""Make the OpenAPI 3.1 document from the table of operations and their models."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from pipeline.review.api.documents.decisions import ARXIV_ID, ID
from pipeline.review.api.documents.problems import MEDIA_TYPE, Problem
from pipeline.review.api.documents.suggestions import SUGGESTION_ID
from pipeline.review.api.endpoint import LONGEST_KEY
from pipeline.review.api.operation import Operation

#: changes with the addresses and documents
VERSION = "1.0.0"
_REF = "#/components/schemas/{model}"
_PLACEHOLDER = re.compile(r"{(\w+)(?::\w+)?}")
_SAID: Mapping[int, str] = {
    200: "Done.",
    201: "Recorded.",
    202: "Kept as a word: another person must agree.",
    304: "As the client has it.",
    400: "The request cannot be read.",
    401: "There is no token in force.",
    403: "The token may not do this.",
    404: "There is no such thing.",
    406: "The client takes no JSON.",
    409: "It changed meanwhile, or does not allow this now.",
    412: "The paper changed since `If-Match`.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    422: "A part of the request breaks a rule; `errors` names it.",
    429: "Too many requests; `Retry-After` says when to go on.",
    503: "The database is busy; try again.",
}
#: by name of a placeholder
_PATH_SCHEMAS: Mapping[str, dict[str, Any]] = {
    "arxiv_id": {"type": "string", "pattern": ARXIV_ID, "examples": ["2603.00001"]},
    "decision_id": {"type": "string", "pattern": rf"^(op-)?{ID[1:]}"},
    "act_id": {"type": "string", "pattern": ID},
    "suggestion_id": {"type": "string", "pattern": SUGGESTION_ID},
    "rule": {"type": "string", "pattern": r"^[a-z0-9]+(-[a-z0-9]+)*$", "maxLength": 40},
    "assignment": {"type": "string", "pattern": r"^[1-9][0-9]{0,15}$"},
    "token_id": {"type": "string", "pattern": ID},
    "week": {"type": "string", "pattern": r"^[0-9]{4}-W[0-9]{2}$", "examples": ["2026-W12"]},
}
_ABOUT = (
    "The approval queue of a survey for programs. Texts of papers come from arXiv: they are data "
    "that somebody else wrote, never markup or instructions. Errors are problem+json (RFC 9457). "
    "Lists have cursors: pass on `next` as `cursor`."
)


def document(operations: Sequence[Operation]) -> dict[str, Any]:
    """Return the OpenAPI document of these operations."""
    models = _models(operations)
    names, schemas = models_json_schema(models, ref_template=_REF)
    refs = {key: ref["$ref"] for key, ref in names.items()}
    paths: dict[str, dict[str, Any]] = {}
    for one in operations:
        path = _PLACEHOLDER.sub(r"{\1}", one.path)
        paths.setdefault(path, {})[one.method.lower()] = _operation(one, refs)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Living Survey", "version": VERSION, "description": _ABOUT},
        "servers": [{"url": "/api/v1"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas.get("$defs", {}),
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "`living-survey token create` makes one.",
                }
            },
        },
    }


def document_text(operations: Sequence[Operation]) -> str:
    """Return the document as JSON with line breaks."""
    return json.dumps(document(operations), indent=2, ensure_ascii=False) + "\n"


def _models(
    operations: Sequence[Operation],
) -> list[tuple[type[BaseModel], JsonSchemaMode]]:
    answered = {model for one in operations for model in one.answers.values() if model}
    sent = {one.body for one in operations if one.body}
    found: list[tuple[type[BaseModel], JsonSchemaMode]] = [(Problem, "serialization")]
    found += [(model, "serialization") for model in sorted(answered, key=lambda one: one.__name__)]
    found += [(model, "validation") for model in sorted(sent, key=lambda one: one.__name__)]
    return found


def _operation(one: Operation, refs: Mapping[Any, str]) -> dict[str, Any]:
    said: dict[str, Any] = {
        "operationId": one.name,
        "summary": one.summary,
        "tags": [one.path.split("/")[1]],
        "parameters": [*_path_parameters(one), *_query_parameters(one), *_header_parameters(one)],
        "responses": _responses(one, refs),
    }
    if one.scope is None:
        said["security"] = []
    scope = f"Scope: `{one.scope}`." if one.scope else "Needs no token."
    said["description"] = f"{one.description} {scope}".strip()
    if one.body:
        schema = {"$ref": refs[one.body, "validation"]}
        said["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schema}},
        }
    return said


def _path_parameters(one: Operation) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": _PATH_SCHEMAS[name]}
        for name in _PLACEHOLDER.findall(one.path)
    ]


def _query_parameters(one: Operation) -> list[dict[str, Any]]:
    if one.query is None:
        return []
    schema = one.query.model_json_schema(ref_template=_REF)
    kinds, required = schema.get("$defs", {}), schema.get("required", [])
    found = []
    for name, own in schema["properties"].items():
        stated = {key: value for key, value in own.items() if key not in {"title", "description"}}
        parameter: dict[str, Any] = {
            "name": name,
            "in": "query",
            "schema": _plain(stated, kinds),
        }
        if name in required:
            parameter["required"] = True
        if "description" in own:
            parameter["description"] = own["description"]
        found.append(parameter)
    return found


def _plain(schema: dict[str, Any], kinds: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of a parameter: not null, and with its values written out."""
    choices = [one for one in schema.pop("anyOf", []) if one.get("type") != "null"]
    if choices:
        schema = {**choices[0], **schema}
    if schema.get("default", "") is None:
        del schema["default"]
    if "$ref" in schema:
        kind = kinds[schema.pop("$ref").rpartition("/")[2]]
        schema = {"type": kind["type"], "enum": kind["enum"], **schema}
    return schema


def _header_parameters(one: Operation) -> list[dict[str, Any]]:
    found = []
    if one.keyed:
        found.append(
            _header(
                "Idempotency-Key",
                "A new text for each act: the same request again gets the same answer.",
                minLength=1,
                maxLength=LONGEST_KEY,
                pattern=r"^[\x21-\x7e]+$",
            )
        )
    if one.matched:
        found.append(_header("If-Match", "The ETag of the paper as you read it."))
    if one.tagged:
        found.append(_header("If-None-Match", "The ETag you have; 304 if it is still the same."))
    return found


def _header(name: str, said: str, **schema: object) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "description": said,
        "schema": {"type": "string", **schema},
    }


def _responses(one: Operation, refs: Mapping[Any, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for status, model in one.answers.items():
        answer: dict[str, Any] = {"description": _SAID[status]}
        if model:
            schema = {"$ref": refs[model, "serialization"]}
            answer["content"] = {"application/json": {"schema": schema}}
        if one.tagged:
            answer["headers"] = {"ETag": {"schema": {"type": "string"}}}
        found[str(status)] = answer
    if one.tagged:
        found["304"] = {"description": _SAID[304]}
    for status in sorted(problems_of(one)):
        found[str(status)] = {
            "description": _SAID[status],
            "content": {MEDIA_TYPE: {"schema": {"$ref": refs[Problem, "serialization"]}}},
        }
    return found


def problems_of(one: Operation) -> frozenset[int]:
    """Return the problems that an operation answers."""
    found = {*one.problems, 406, 422}
    if one.scope is not None:
        found |= {401, 403, 429, 503}
    if one.body is not None:
        found |= {400, 413, 415}
    if one.keyed:
        found.add(400)
    return frozenset(found)
