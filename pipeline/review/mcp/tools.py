"""The tools: the reading functions of the JSON API, with parameters that a model can fill in."""

import functools
from collections.abc import Callable
from typing import Annotated, Any, Literal, ParamSpec, TypeVar

from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field, ValidationError

from config.errors import LivingSurveyError
from pipeline.review.api.context import ApiContext
from pipeline.review.api.documents.decisions import DecisionPage
from pipeline.review.api.documents.papers import (
    PaperDocument,
    QueuePage,
    SearchResult,
    WhyDocument,
)
from pipeline.review.api.documents.problems import ProblemError
from pipeline.review.api.documents.rulings import RulingPage
from pipeline.review.api.documents.survey import (
    PublishedPage,
    SectionsDocument,
    StatusDocument,
)
from pipeline.review.api.resources import decisions, papers, queue, rulings, survey
from pipeline.review.mcp.bounds import Marked, marked

_P = ParamSpec("_P")
_R = TypeVar("_R")
_MOST = 50
_Limit = Annotated[int, Field(ge=1, le=_MOST, description="Most entries of the answer.")]
_Cursor = Annotated[str, Field(description="`next` of the answer before; empty: the first page.")]
_Paper = Annotated[str, Field(max_length=100, description="An arXiv ID such as 2603.00001.")]


class Tools:
    """The tools of one survey, for one person; each opens the database for reading only."""

    def __init__(self, context: ApiContext, person: str) -> None:
        self._context = context
        self._person = person

    @property
    def all(self) -> tuple[Callable[..., Any], ...]:
        """The tools in the order of their list."""
        return (
            self.search_papers,
            self.get_paper,
            self.queue,
            self.why,
            self.decisions,
            self.rulings,
            self.published,
            self.sections,
            self.status,
        )

    def search_papers(
        self,
        search: Annotated[
            str, Field(max_length=300, description="An arXiv ID, or words and quoted phrases.")
        ],
        limit: _Limit = 20,
    ) -> Marked[SearchResult]:
        """Find papers by ID, or decided and waiting papers by the words of their text."""
        with self._context.read_store() as store:
            return marked(papers.search_papers(self._context, store, search, limit))

    def get_paper(self, arxiv_id: _Paper) -> Marked[PaperDocument]:
        """Return a paper with its text, versions, prediction, decisions and publications."""
        with self._context.read_store() as store:
            return marked(papers.read_paper(self._context, store, arxiv_id))

    def queue(
        self,
        *,
        announced: Annotated[
            str, Field(description="A day, FIRST..LAST, `newest`, or `week` (to it).")
        ] = "",
        at_least: Annotated[
            float | None, Field(ge=0, le=100, description="Percent: at least this likely in scope.")
        ] = None,
        section: Annotated[str, Field(description="ID of the first suggestion's section.")] = "",
        category: Annotated[str, Field(description="Such as cs.CV.")] = "",
        author: Annotated[str, Field(description="Words of an author's name.")] = "",
        search: Annotated[str, Field(description="Words and quoted phrases.")] = "",
        order: Literal["likely", "uncertain", "random", "newest"] = "likely",
        limit: _Limit = 20,
        cursor: _Cursor = "",
    ) -> Marked[QueuePage]:
        """List the papers that wait for a decision; all conditions hold together."""
        query = queue.QueueQuery(
            announced=announced,
            at_least="" if at_least is None else f"{round(at_least, 3):g}",
            section=section,
            category=category,
            author=author,
            search=search,
            order=order,
            limit=limit,
            cursor=cursor,
        )
        with self._context.read_store() as store:
            page = queue.read_queue(self._context, store, self._person, query)
        return marked(page, keep=_is_cursor)

    def why(self, arxiv_id: _Paper) -> Marked[WhyDocument]:
        """Explain why the model scores a paper as it does, with similar decided papers."""
        return marked(papers.explain_paper(self._context, arxiv_id, self._person))

    def decisions(
        self,
        *,
        arxiv_id: Annotated[str | None, Field(description="Of this paper.")] = None,
        reviewer: Annotated[str | None, Field(description="Of this person.")] = None,
        verdict: Literal["approved", "rejected", "deferred"] | None = None,
        section: Annotated[str | None, Field(description="In this section.")] = None,
        standing: Annotated[bool, Field(description="Only those that count.")] = True,
        limit: _Limit = 20,
        cursor: _Cursor = "",
    ) -> Marked[DecisionPage]:
        """List what people decided, latest first."""
        query = decisions.DecisionsQuery.model_validate(
            {
                "arxiv_id": arxiv_id,
                "reviewer": reviewer,
                "verdict": verdict,
                "section": section,
                "standing": standing,
                "limit": limit,
                "cursor": cursor,
            }
        )
        with self._context.read_store() as store:
            page = decisions.read_decisions(self._context, store, query)
        return marked(page, keep=_is_cursor)

    def rulings(
        self,
        section: Annotated[str | None, Field(description="In this section.")] = None,
        limit: _Limit = 20,
        cursor: _Cursor = "",
    ) -> Marked[RulingPage]:
        """List decisions kept as precedent, each with the sentence that says why, latest first."""
        query = rulings.RulingsQuery(section=section, limit=limit, cursor=cursor)
        with self._context.read_store() as store:
            page = rulings.read_rulings(self._context, store, query)
        return marked(page, keep=_is_cursor)

    def published(
        self,
        target: Annotated[str | None, Field(description="Such as `list`.")] = None,
        section: Annotated[str | None, Field(description="In this section.")] = None,
        limit: _Limit = 20,
        cursor: _Cursor = "",
    ) -> Marked[PublishedPage]:
        """List which papers were published where, latest first."""
        query = survey.PublishedQuery(target=target, section=section, limit=limit, cursor=cursor)
        with self._context.read_store() as store:
            page = survey.read_published(self._context, store, query)
        return marked(page, keep=_is_cursor)

    def sections(self) -> Marked[SectionsDocument]:
        """Return the taxonomy of the survey and the reasons for rejecting a paper."""
        return marked(survey.read_sections(self._context))

    def status(self) -> Marked[StatusDocument]:
        """Return how the survey is: what is held, what ran, what is complete, what is wrong."""
        return marked(survey.read_status(self._context))


def explained(tool: Callable[_P, _R]) -> Callable[_P, _R]:
    """Return the tool with errors that say what to do; others stay in the log."""

    @functools.wraps(tool)
    def called(*arguments: _P.args, **named: _P.kwargs) -> _R:
        try:
            return tool(*arguments, **named)
        except ProblemError as error:
            said = error.problem
            parts = (said.detail, *(one.detail for one in said.errors), said.hint or "")
            raise ToolError(" ".join(filter(None, dict.fromkeys(parts)))) from None
        except LivingSurveyError as error:
            raise ToolError(str(error)) from None
        except ValidationError as error:
            faults = (f"{one['loc'][0]}: {one['msg']}" for one in error.errors() if one["loc"])
            raise ToolError("; ".join(faults)) from None

    return called


def _is_cursor(name: str) -> bool:
    return name == "next"
