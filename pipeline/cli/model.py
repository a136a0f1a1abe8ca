"""The models that are kept: model list, model show, model diff, model rollback."""

from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.command import Invocation, command
from pipeline.cli.console import Column
from pipeline.runtime.plurals import counted

if TYPE_CHECKING:
    from pipeline.learn.model_diff import ModelDiff, Said


@command("list", examples="living-survey model list\nliving-survey model list --json")
def list_(invocation: Invocation) -> None:
    """List the kept models; the one in use is marked."""
    from classifiers.kept.registry import ModelRegistry

    models = ModelRegistry(invocation.settings.classifier.models)
    found = models.all()
    contests = {
        model.header.model_id: (learned.contest if learned else {})
        for model in found.models
        for learned in (models.learned_from(model.header.model_id),)
    }
    if invocation.output.as_json:
        invocation.output.answer(
            {
                "models": [
                    {
                        "model_id": model.header.model_id,
                        "current": model.current,
                        "promoted": model.promoted,
                        "trained_at": model.header.trained_at,
                        "counts": model.header.counts,
                        "metrics": model.header.metrics,
                        "contest": contests[model.header.model_id],
                    }
                    for model in found.models
                ],
                "unreadable": [{"model_id": name, "why": why} for name, why in found.unreadable],
            }
        )
        return
    if not found.models and not found.unreadable:
        invocation.output.line("No model was trained yet; `living-survey train` makes one.")
        return
    invocation.output.table(
        (
            Column(""),
            Column("model"),
            Column("trained"),
            Column("approved", right=True),
            Column("rejected", right=True),
            Column("background", right=True),
            Column("task", right=True),
            Column("modality", right=True),
            Column("against the one before"),
        ),
        (
            (
                "*" if model.current else " ",
                model.header.model_id,
                model.header.trained_at[:16].replace("T", " "),
                *(model.header.counts.get(n, 0) for n in ("approved", "rejected", "background")),
                *(_metric(model.header.metrics, f"{facet}_top1") for facet in ("task", "modality")),
                _verdict(contests[model.header.model_id], promoted=model.promoted),
            )
            for model in found.models
        ),
    )
    for name, why in found.unreadable:
        invocation.output.note(f"{name}: {why}")


@command("show", examples="living-survey model show\nliving-survey model show MODEL_ID --json")
def show(
    invocation: Invocation,
    model_id: Annotated[
        str | None, typer.Argument(metavar="[ID]", show_default=False, help="The one in use.")
    ] = None,
) -> None:
    """Show what a model says about itself."""
    from dataclasses import asdict

    from classifiers.errors import NoModelError
    from classifiers.kept.registry import ModelRegistry

    models = ModelRegistry(invocation.settings.classifier.models)
    wanted = model_id or models.current_id()
    if wanted is None:
        raise NoModelError("No model was trained yet.")
    header = models.get(wanted)
    learned = models.learned_from(wanted)
    contest = learned.contest if learned else {}
    used = [promotion for promotion in models.promotions() if promotion.model_id == wanted]
    current = wanted == models.current_id()
    if invocation.output.as_json:
        invocation.output.answer(
            {"current": current, **asdict(header), "contest": contest, "promotions": used}
        )
        return
    say = invocation.output.line
    say(f"model        {header.model_id}{'  (in use)' if current else ''}")
    say(f"trained      {header.trained_at}")
    say(f"format       {header.format}")
    say(f"data         {header.data_fingerprint}")
    say(f"taxonomy     {header.taxonomy_fingerprint}")
    say(f"measured on  {header.held_out}")
    for name, table in (
        ("libraries", header.libraries),
        ("settings", header.settings),
        ("counts", header.counts),
        ("metrics", header.metrics),
        ("contest", contest),
    ):
        for key, value in table.items():
            say(f"{name:<12} {key} = {value}")
    for promotion in used:
        say(f"{'in use from':<12} {promotion.at}: {promotion.why}")


@command(
    "diff",
    examples="""
    living-survey model diff OLD_ID NEW_ID
    living-survey model diff OLD_ID NEW_ID --limit 100 --json
    """,
)
def diff(
    invocation: Invocation,
    old: Annotated[str, typer.Argument(metavar="OLD")],
    new: Annotated[str, typer.Argument(metavar="NEW")],
    limit: Annotated[int, typer.Option(min=0, help="How many papers to name.")] = 20,
    among: Annotated[
        int, typer.Option(min=1, help="How many of the queue to look at, the likeliest first.")
    ] = 5_000,
) -> None:
    """Show which papers of the queue another model would move.

    A paper moves when it crosses one half of being in scope, or when its first section changes;
    the terms are those whose share in that differs most between the two models.
    """
    from pipeline.learn.model_diff import diff_models
    from pipeline.runtime.services import open_services

    services = open_services(invocation.settings)
    before, after = (services.models.load(name, services.taxonomy) for name in (old, new))
    with invocation.output.progress() as bars:
        task = bars.add_task("papers of the queue", total=None)
        report = diff_models(
            services.open_store,
            before,
            after,
            among=among,
            limit=limit,
            on_papers=lambda count: bars.advance(task, count),
        )
    if invocation.output.as_json:
        invocation.output.answer(report)
    else:
        _say_diff(invocation, report)


@command(
    "rollback",
    examples="living-survey model rollback\nliving-survey model rollback MODEL_ID",
)
def rollback(
    invocation: Invocation,
    model_id: Annotated[
        str | None,
        typer.Argument(
            metavar="[ID]", show_default=False, help="Instead of the last one in use before it."
        ),
    ] = None,
) -> None:
    """Put an older model to use again, with its predictions."""
    from pipeline.cli.session import session

    with session(invocation, "model rollback") as opened:
        services = opened.services
        was = services.models.describe_current()
        wanted = model_id or services.models.previous_id()
        # Only a whole model that fits is put to use.
        services.models.load(wanted, services.taxonomy)
        # Putting it to use comes last: killed before that, the same command begins anew, from
        # the same model, and turning its predictions on again changes nothing.
        with services.open_store() as store:
            changed = store.predictions.prefer(wanted)
            missing = store.backlog.count(wanted)
        services.models.rollback(wanted, at=services.clock(), replaced=was)
        opened.record.count(predictions=changed, unclassified=missing)
    if invocation.output.as_json:
        invocation.output.answer(
            {"model_id": wanted, "was": was, "predictions": changed, "unclassified": missing}
        )
        return
    invocation.output.line(f"in use      {wanted}, before that {was}")
    invocation.output.line(f"unread      {counted(missing, 'paper')} it has not classified")
    if missing:
        invocation.output.line("Next: living-survey classify")


def _say_diff(invocation: Invocation, report: "ModelDiff") -> None:
    say = invocation.output.line
    say(f"{report.old} -> {report.new}")
    say(
        f"of {counted(report.examined, 'paper')} looked at ({report.waiting} wait):"
        f" {report.came_in} come into scope, {report.went_out} go out,"
        f" {report.moved} change their first section"
    )
    if not report.papers:
        return
    say()
    invocation.output.table(
        (
            Column("arXiv id"),
            Column("change"),
            Column("in scope", right=True),
            Column("section"),
            Column("terms"),
            Column("title", flexible=True),
        ),
        (
            (
                paper.arxiv_id,
                paper.change,
                f"{paper.old.in_scope:.2f} -> {paper.new.in_scope:.2f}",
                _sections(paper.old, paper.new),
                ", ".join(f"{term} {value:+.2f}" for term, value in paper.terms[:3]),
                paper.title,
            )
            for paper in report.papers
        ),
    )


def _sections(old: "Said", new: "Said") -> str:
    if old.section == new.section:
        return new.section
    return f"{old.section} -> {new.section}"


def _metric(metrics: dict[str, float], name: str) -> str:
    return f"{metrics[name]:.3f}" if name in metrics else "-"


def _verdict(contest: "object", *, promoted: bool) -> str:
    verdict = contest.get("verdict", "") if isinstance(contest, dict) else ""
    return str(verdict) if promoted else f"{verdict}, never in use".lstrip(", ")
