"""The steps of the model: classify, train."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.command import Invocation, command
from pipeline.cli.console import Column
from pipeline.runtime.plurals import counted

if TYPE_CHECKING:
    from rich.progress import Progress

    from pipeline.learn.promotion import Comparison


@command("classify", examples="living-survey classify")
def classify(invocation: Invocation) -> None:
    """Classify every paper the current model has not read."""
    from pipeline.cli.session import session
    from pipeline.run import classify_step

    with session(invocation, "classify") as opened:
        report = classify_step(opened.services, opened.record, opened.bars)
    if invocation.output.as_json:
        invocation.output.answer(report)
    else:
        invocation.output.line(f"classified {report.classified} by {report.model_id}")


@command(
    "train",
    examples="""
    living-survey train && living-survey classify
    living-survey train --force
    """,
)
def train(
    invocation: Invocation,
    *,
    force: Annotated[
        bool,
        typer.Option("--force", help="Put it to use even if it is worse, or from very little."),
    ] = False,
) -> None:
    """Train a model on all standing decisions.

    It replaces the one in use if it is not worse on later decisions that neither learned from.
    From fewer than twenty approvals a model would be worse than the cue words, and none is made.
    """
    from pipeline.cli.session import session
    from pipeline.learn.train import train_model

    settings = invocation.settings.classifier
    with session(invocation, "train") as opened:
        report = train_model(
            opened.services.open_store,
            opened.services.taxonomy,
            models=opened.services.models,
            background=settings.background,
            seed=settings.seed,
            clock=opened.services.clock,
            keep=settings.keep,
            force=force,
            on_stage=stages(opened.bars),
        )
        opened.record.count(
            approved=report.approved, rejected=report.rejected, promoted=int(report.promoted)
        )
    if invocation.output.as_json:
        invocation.output.answer(report)
        return
    say = invocation.output.line
    say(f"trained    {report.model_id}")
    say(
        f"from       {report.approved} approved, {report.rejected} rejected, "
        f"{report.background} undecided as background"
    )
    if report.contest is not None:
        _say_contest(invocation, report.contest)
    if report.promoted:
        say(f"saved      {report.path}")
        say("Next: living-survey classify")
    else:
        say(f"kept       {report.path}, not in use")
        say("It did worse than the model in use, which stays. Anyway: living-survey train --force")


def stages(bars: "Progress") -> "Callable[[str], None]":
    """Return what shows the stage a long computation is in."""
    task = bars.add_task("starting", total=None)
    return lambda stage: bars.update(task, description=stage)


def _say_contest(invocation: Invocation, contest: "Comparison") -> None:
    from pipeline.learn.train import measures

    say = invocation.output.line
    if contest.challenger is None or contest.champion is None:
        say(f"compared   with nothing: {contest.verdict}")
        return
    say(
        f"compared   on {counted(contest.papers, 'decision')} since {contest.cut:%Y-%m-%d} that"
        f" neither learned from: {contest.challenger.scored} for the new model,"
        f" {contest.champion.scored} for the one in use"
    )
    say()
    invocation.output.table(
        (Column("measure"), Column("in use", right=True), Column("new", right=True)),
        (
            (name, f"{was:.3f}", f"{now:.3f}")
            for (name, was), (_, now) in zip(
                measures(contest.champion), measures(contest.challenger), strict=True
            )
        ),
    )
    say()
    say(
        f"verdict    {contest.verdict}: quadratic error {contest.difference:+.4f}, "
        f"chance explains up to {contest.chance:.4f}"
    )
