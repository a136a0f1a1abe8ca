"""Say what scoring a corpus would take, for `classify --corpus --plan`."""

from collections.abc import Sequence

from pipeline.cli.answer import Answer, Column, Text, table
from pipeline.cli.command import Invocation
from pipeline.learn.corpus.columns import columns_of
from pipeline.learn.corpus.pace import duration
from pipeline.learn.corpus.place import Place
from pipeline.learn.corpus.plan import Interval, Plan, plan_corpus
from pipeline.operate.space import bytes_text
from pipeline.runtime.plurals import counted
from pipeline.runtime.services import open_services

_HOUR = 3600


def plan(
    invocation: Invocation,
    corpus: str,
    column: Sequence[str],
    candidates_from: int,
    works: int | None,
) -> Answer:
    """Score a sample; nothing is written or recorded."""
    columns, source = columns_of(column), Place(corpus)
    services = open_services(invocation.settings, read_only=True)
    found = plan_corpus(
        services, source, columns=columns, candidates_from=candidates_from, works=works
    )
    return Answer(found, _text(found))


def _text(found: Plan) -> Text:
    speed, many, stored = found.works_per_second, found.works, found.scores_gigabytes
    sampled = counted(found.sampled_partitions, "partition")
    pace = f"{speed.mean:,.0f} works a second ({speed.low:,.0f} to {speed.high:,.0f})"
    space = [bytes_text(size * 1e9) for size in (stored.mean, stored.low, stored.high)]
    times = table(
        (Column("workers", right=True), Column("expected"), Column("from"), Column("to")),
        ((count, *_durations(hours)) for count, hours in found.hours),
    )
    return (
        f"sample     {found.sampled_works:,} works of {sampled}, by {found.model_id}",
        f"corpus     {counted(found.partitions, 'partition')}, {bytes_text(found.bytes)}",
        f"works      {many.mean:,.0f} ({many.low:,.0f} to {many.high:,.0f})",
        f"a worker   {pace} in {found.memory_megabytes:,} MB",
        f"scores     {space[0]} ({space[1]} to {space[2]})",
        times,
        "Ranges are 95 % intervals of the sample; n workers are taken to be n times as fast.",
    )


def _durations(hours: Interval) -> tuple[str, str, str]:
    seconds = (hours.mean * _HOUR, hours.low * _HOUR, hours.high * _HOUR)
    mean, low, high = (duration(each) for each in seconds)
    return mean, low, high
