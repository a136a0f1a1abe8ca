"""The addresses of the editor's page."""

from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.routing import BaseRoute, Route

from pipeline.review.web.access import ISSUE_PATH, LARGEST_BULK_FORM
from pipeline.review.web.issue.change import change_issue
from pipeline.review.web.issue.listing import issues_page
from pipeline.review.web.issue.page import issue_page
from pipeline.review.web.issue.preview import issue_file

_ISSUE = f"{ISSUE_PATH}{{week}}"

ROUTES: tuple[BaseRoute, ...] = (
    Route("/issues", issues_page),
    Route(_ISSUE, issue_page),
    Route(
        _ISSUE,
        change_issue,
        methods=["POST"],
        middleware=[Middleware(RequestBodyLimitMiddleware, max_body_size=LARGEST_BULK_FORM)],
    ),
    Route(f"{_ISSUE}/{{name}}", issue_file),
)
