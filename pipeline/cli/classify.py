"""`classify`: predictions for papers that the current model has not scored, or for a corpus."""

from typing import Annotated

import typer

from config.errors import UsageError
from pipeline.cli.answer import Answer
from pipeline.cli.command import Invocation, command
from pipeline.cli.session import session
from pipeline.learn import classify as step


@command(
    "classify",
    examples="""
    living-survey classify
    living-survey classify --corpus works/ --output scores/
    living-survey classify --corpus s3://works --output scores --column id=doi
    living-survey classify --corpus works/ --plan
    """,
)
def classify(
    invocation: Invocation,
    corpus: Annotated[
        str | None,
        typer.Option(
            metavar="PATH_OR_URL", help="Score these Parquet or JSON Lines files instead."
        ),
    ] = None,
    output: Annotated[
        str | None, typer.Option(metavar="PATH_OR_URL", help="The directory of their scores.")
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FIELD=COLUMN",
            help="Where the corpus has id, title, abstract, doi or arxiv_id.",
            show_default=False,
        ),
    ] = None,
    candidates_from: Annotated[
        int | None,
        typer.Option(
            metavar="PERCENT",
            min=0,
            max=100,
            help="Write the texts of works this likely too. [default: review.likely_from]",
            show_default=False,
        ),
    ] = None,
    *,
    plan: Annotated[
        bool, typer.Option("--plan", help="Score a sample and say what all would take.")
    ] = False,
    works: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="Plan for N works, not for those of the corpus."),
    ] = None,
) -> Answer:
    """Classify every paper that the current model has not scored.

    With --corpus, the works of Parquet or JSON Lines files are scored instead, each file by a
    worker ([runtime] executor). A file is marked when it is done; a call that was stopped is
    continued by the next one. Nothing is stored in the database. --plan scores a sample and says
    what all would take.
    """
    if corpus is None:
        _refuse_without_corpus(output, column, candidates_from, works, plan or None)
        with session(invocation, "classify") as opened:
            report = step.classify(opened.services, opened.run)
        return Answer(report, (f"classified {report.classified} by {report.model_id}",))
    if candidates_from is None:
        candidates_from = invocation.settings.review.likely_from
    if plan:
        # here, because Arrow takes 0.1 s
        from pipeline.cli import classify_plan  # noqa: PLC0415

        return classify_plan.plan(invocation, corpus, column or (), candidates_from, works)
    if works is not None:
        raise UsageError("--works belongs to --plan.", hint="A corpus is scored whole.")
    if output is None:
        raise UsageError(
            "--corpus needs --output, the directory of the scores.",
            hint="Or call it with --plan, which writes nothing.",
        )
    # here, because Arrow takes 0.1 s
    from pipeline.cli.classify_corpus import classify_corpus  # noqa: PLC0415

    return classify_corpus(invocation, corpus, output, column or (), candidates_from)


def _refuse_without_corpus(*options: object) -> None:
    if any(option is not None and option != [] for option in options):
        raise UsageError(
            "--output, --column, --candidates-from, --plan and --works need --corpus.",
            hint="Name the files to score with --corpus.",
        )
