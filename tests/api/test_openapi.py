"""The OpenAPI document is valid, complete, current, and told to everybody."""

import json
from pathlib import Path

from openapi_spec_validator import OpenAPIV31SpecValidator

from pipeline.review.api.openapi import document
from pipeline.review.api.table import OPERATIONS
from tests.support.api import ApiClient
from tests.support.cli import SurveyInProcess
from tests.support.review import ReviewSite

DOCUMENT = document(OPERATIONS)


def test_document_is_valid_openapi() -> None:
    assert [str(one) for one in OpenAPIV31SpecValidator(DOCUMENT).iter_errors()] == []


def test_document_has_every_operation() -> None:
    named = {own["operationId"] for path in DOCUMENT["paths"].values() for own in path.values()}
    assert named == {one.name for one in OPERATIONS}
    assert len(named) == len(OPERATIONS)


def test_every_operation_says_its_scope_and_its_problems() -> None:
    for path in DOCUMENT["paths"].values():
        for own in path.values():
            assert "Scope: `" in own["description"]
            assert {"401", "403", "422", "429", "503"} <= set(own["responses"])


def test_document_is_served_without_a_token(site: ReviewSite) -> None:
    stranger = ApiClient(site.app(), "")
    answer = stranger.get("/openapi.json")
    assert answer.json() == DOCUMENT
    same = stranger.get("/openapi.json", if_none_match=answer.headers["etag"])
    assert same.status_code == 304


def test_command_writes_the_document(tmp_path: Path) -> None:
    survey = SurveyInProcess(tmp_path)
    assert json.loads(survey.call("api", "openapi").out) == DOCUMENT
    assert survey.json("api") == DOCUMENT
