"""`model`: list, show and compare the kept models, or return to an older one."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Annotated

import typer

from classifiers.errors import ModelError, NoModelError
from classifiers.kept.registry import ModelRegistry
from config.taxonomy import Taxonomy, load_taxonomy
from config.tex.text import plain_text
from pipeline.cli.answer import Answer, Column, Table, Text, table
from pipeline.cli.command import Invocation, command
from pipeline.cli.session import session
from pipeline.learn import rollback as step
from pipeline.learn.model_diff import ModelDiff, Said, diff_models
from pipeline.runtime.plurals import counted
from pipeline.runtime.services import open_services
from storage.calendar import announcement_day


@command("list", examples="living-survey model list\nliving-survey model list --json")
def list_(invocation: Invocation) -> Answer:
    """List the kept models; the one in use is marked."""
    registry = ModelRegistry(invocation.settings.classifier.models)
    found = registry.all()
    contests: dict[str, Mapping[str, object]] = {}
    for model in found.models:
        learned = registry.learned_from(model.header.model_id)
        contests[model.header.model_id] = learned.contest if learned else {}
    report = {
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
    if not found.models and not found.unreadable:
        return Answer(report, ("No model was trained yet; `living-survey train` makes one.",))
    columns = (
        Column(""),
        Column("model"),
        Column("trained"),
        Column("in scope", right=True),
        Column("not in scope", right=True),
        Column("background", right=True),
        Column("task", right=True),
        Column("modality", right=True),
        Column("against the one before"),
    )
    rows = (
        (
            "*" if model.current else " ",
            model.header.model_id,
            model.header.trained_at[:16].replace("T", " "),
            *(model.header.counts.get(n, 0) for n in ("approved", "rejected", "background")),
            *(_metric(model.header.metrics, f"{facet}_top1") for facet in ("task", "modality")),
            _verdict(contests[model.header.model_id], promoted=model.promoted),
        )
        for model in found.models
    )
    notes = tuple(f"{name}: {why}" for name, why in found.unreadable)
    return Answer(report, (table(columns, rows),), notes=notes)


@command("show", examples="living-survey model show\nliving-survey model show MODEL_ID --json")
def show(
    invocation: Invocation,
    model_id: Annotated[
        str | None, typer.Argument(metavar="ID", show_default=False, help="The one in use.")
    ] = None,
) -> Answer:
    """Show what a model was trained on and how it was measured."""
    registry = ModelRegistry(invocation.settings.classifier.models)
    in_use = registry.current_id()
    wanted = model_id or in_use
    if wanted is None:
        raise NoModelError("No model was trained yet.")
    header = registry.get(wanted)
    learned = registry.learned_from(wanted)
    contest = learned.contest if learned else {}
    used = [promotion for promotion in registry.promotions() if promotion.model_id == wanted]
    taxonomy = load_taxonomy(invocation.settings.survey.taxonomy)
    lines = [
        f"model        {header.model_id}{'  (in use)' if wanted == in_use else ''}",
        f"trained      {header.trained_at}",
        f"format       {header.format}",
        f"data         {header.data_fingerprint}",
        f"taxonomy     {header.taxonomy_fingerprint}",
        f"measured on  {header.held_out}",
        f"golden       {_golden(registry, wanted, taxonomy)}",
    ]
    tables: dict[str, Mapping[str, object]] = {
        "sees": {name: f"version {made}" for name, made in header.representations.items()},
        "shares": header.shares,
        "libraries": header.libraries,
        "settings": header.settings,
        "counts": header.counts,
        "metrics": header.metrics,
        "contest": contest,
    }
    lines += [
        f"{name:<12} {line}" for name, entries in tables.items() for line in _entries(entries)
    ]
    lines += [f"{'in use from':<12} {one.at}: {one.why}" for one in used]
    report = {
        "current": wanted == in_use,
        **asdict(header),
        "contest": contest,
        "promotions": used,
    }
    return Answer(report, tuple(lines))


def _golden(registry: ModelRegistry, model_id: str, taxonomy: Taxonomy) -> str:
    """Score the model's golden papers again and say whether they score as at training."""
    try:
        kept = registry.load(model_id, taxonomy).golden.documents
    except ModelError as error:
        return str(error)
    if not kept:
        return "none: the model was made before there were any"
    return f"{counted(len(kept), 'paper')}, scored here as at training"


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
        int, typer.Option(min=1, help="How many of the queue to compare, the likeliest first.")
    ] = 5_000,
) -> Answer:
    """Show which papers of the queue another model would move.

    A paper moves when it crosses one half of being in scope, or when its first section changes;
    the terms are those whose share in that differs most between the two models.
    """
    services = open_services(invocation.settings, read_only=True)
    before, after = (services.models.load(name, services.taxonomy) for name in (old, new))
    with invocation.output.progress() as bars:
        task = bars.add_task("papers of the queue", total=None)
        report = diff_models(
            services.open_store,
            before,
            after,
            among=among,
            limit=limit,
            today=announcement_day(services.clock()),
            advance=lambda count: bars.advance(task, count),
        )
    return Answer(report, _diff_text(report))


@command(
    "rollback",
    examples="living-survey model rollback\nliving-survey model rollback MODEL_ID",
)
def rollback(
    invocation: Invocation,
    model_id: Annotated[
        str | None,
        typer.Argument(
            metavar="ID", show_default=False, help="Instead of the last one in use before it."
        ),
    ] = None,
) -> Answer:
    """Put an older model to use again, with its predictions."""
    with session(invocation, "model rollback") as opened:
        report = step.rollback(opened.services, opened.run, model_id=model_id)
    missing = counted(report.unclassified, "paper")
    return Answer(
        report,
        (
            f"in use      {report.model_id}, before that {report.was}",
            f"unread      {missing} it has not classified",
            *(("Next: living-survey classify",) if report.unclassified else ()),
        ),
    )


def _diff_text(report: ModelDiff) -> Text:
    head = (
        f"{report.old} -> {report.new}",
        (
            f"of {counted(report.examined, 'paper')} compared ({report.waiting} wait):"
            f" {report.came_in} come into scope, {report.went_out} go out,"
            f" of the others {report.moved} change their first section"
        ),
    )
    return (*head, "", _moved(report)) if report.papers else head


def _moved(report: ModelDiff) -> Table:
    return table(
        (
            Column("arXiv id"),
            Column("change"),
            Column("in scope", right=True),
            Column("section"),
            Column("terms"),
            Column("title", flexible=True, below=True),
        ),
        (
            (
                paper.arxiv_id,
                paper.change,
                f"{paper.old.in_scope:.2f} -> {paper.new.in_scope:.2f}",
                _sections(paper.old, paper.new),
                ", ".join(f"{term} {value:+.2f}" for term, value in paper.terms[:3]),
                plain_text(paper.title),
            )
            for paper in report.papers
        ),
    )


def _sections(old: Said, new: Said) -> str:
    if old.section == new.section:
        return new.section
    return f"{old.section} -> {new.section}"


def _entries(entries: Mapping[str, object], of: str = "") -> Iterator[str]:
    """Yield `name = value` of each entry, those of a table by its name too, without empty ones."""
    for name, value in entries.items():
        if isinstance(value, Mapping):
            yield from _entries(value, f"{of}{name}, ")
        elif value is not None:
            yield f"{of}{name} = {value}"


def _metric(metrics: Mapping[str, float], name: str) -> str:
    return f"{metrics[name]:.3f}" if name in metrics else "-"


def _verdict(contest: Mapping[str, object], *, promoted: bool) -> str:
    verdict = contest.get("verdict", "")
    return str(verdict) if promoted else f"{verdict}, never in use".lstrip(", ")
