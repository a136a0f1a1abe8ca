"""Ask services about approved papers within a time box. Nothing else waits for it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import zip_longest

from config.errors import ConfigError, UsageError
from config.loopback import is_loopback_url
from config.schema import Settings
from config.secret import first_line
from pipeline.enrich import asked
from pipeline.enrich.services.courtesy import OutOfTimeError
from pipeline.runtime.record import Run
from pipeline.runtime.services import Services
from storage.enrichment import UNKNOWN, Fact


@dataclass(frozen=True, slots=True)
class EnrichReport:
    """What one call asked and learned."""

    papers: int
    #: kind -> state -> answers
    answers: dict[str, dict[str, int]]
    #: (paper, kind) that were due and not asked
    left: int
    #: why it stopped; empty: everything due was asked
    stopped: str
    #: causes of `unknown` and how often, the most frequent first
    causes: tuple[tuple[str, int], ...]

    @property
    def answered(self) -> int:
        """The number of definite answers."""
        return sum(
            number
            for states in self.answers.values()
            for state, number in states.items()
            if state != UNKNOWN
        )


def chosen_kinds(settings: Settings, only: str | None) -> tuple[str, ...]:
    """Return what is asked about.

    Raises:
        ConfigError: nothing is, or no one is named to the services.
        UsageError: `only` is not switched on.
    """
    enrich = settings.enrich
    if not enrich.kinds:
        raise ConfigError(
            "Nothing is asked about: [enrich] kinds is empty.",
            hint='Set it, such as kinds = ["retraction", "venue"]; docs/guides/enrich.md says what'
            " is sent to whom.",
        )
    if only is not None and only not in enrich.kinds:
        raise UsageError(f"{only} is not among [enrich] kinds.", hint="Add it there first.")
    addresses = (enrich.crossref_url, enrich.openalex_url, enrich.github_url)
    if not enrich.mailto and not all(map(is_loopback_url, addresses)):
        raise ConfigError(
            "[enrich] mailto is empty. Crossref and OpenAlex ask clients to name an address.",
            hint='Set mailto = "you@example.org" under [enrich].',
        )
    return tuple(kind for kind in asked.KINDS if kind in ((only,) if only else enrich.kinds))


def openalex_key(settings: Settings) -> str:
    """Return the key of OpenAlex; empty: none is set.

    Raises:
        ConfigError: its file cannot be read.
    """
    path = settings.enrich.openalex_key_file
    if path is None:
        return ""
    return first_line(path, "[enrich] openalex_key_file").strip()


def enrich(
    services: Services,
    asking: asked.Services,
    run: Run,
    *,
    kinds: Sequence[str],
    limit: int,
) -> EnrichReport:
    """Ask about at most `limit` papers a kind, those asked longest ago first.

    Answers are stored paper by paper, so a call can be stopped anywhere.
    """
    before = services.clock() - timedelta(days=services.settings.enrich.again_after_days)
    with services.open_store() as store:
        due = {kind: store.enrichment.due(kind, before) for kind in kinds}
        wanted = {key for keys in due.values() for key in keys[:limit]}
        found = store.papers.get_many(sorted(wanted))
        dois = {
            one.fact.arxiv_id: str(one.fact.detail.get("doi", ""))
            for one in store.enrichment.facts(["venue"], sorted(wanted))
            if one.fact.state == "published"
        }
    total = sum(len(keys) for keys in due.values())
    tasks = list(_in_turn({kind: keys[:limit] for kind, keys in due.items()}))
    advance = run.progress("asking services", total=len(tasks))
    done: list[Fact] = []
    number, stopped = 0, ""
    for kind, key in tasks:
        if key not in found:
            continue
        try:
            facts = list(asked.KINDS[kind](asking, found[key].paper, dois.get(key, "")))
        except OutOfTimeError:
            stopped = "the time was over"
            break
        with services.open_store() as store:
            store.enrichment.add(facts, services.clock(), run.run_id)
        done += facts
        number += 1
        advance()
    else:
        stopped = "the limit of papers was reached" if total > len(tasks) else ""
    report = _report(done, total - number, stopped)
    run.count(asked=number, answered=report.answered, unknown=len(done) - report.answered)
    return report


def _in_turn(due: dict[str, list[str]]) -> Iterator[tuple[str, str]]:
    """Yield kinds and papers in turn, so that no kind uses up the time of the others."""
    named = [[(kind, key) for key in keys] for kind, keys in due.items()]
    for row in zip_longest(*named):
        yield from (one for one in row if one is not None)


def _report(facts: Sequence[Fact], left: int, stopped: str) -> EnrichReport:
    answers: dict[str, dict[str, int]] = {}
    causes: dict[str, int] = {}
    for fact in facts:
        states = answers.setdefault(fact.kind, {})
        states[fact.state] = states.get(fact.state, 0) + 1
        if fact.state == UNKNOWN:
            cause = f"{fact.source} {fact.detail['cause']}"
            causes[cause] = causes.get(cause, 0) + 1
    return EnrichReport(
        papers=len({fact.arxiv_id for fact in facts}),
        answers=answers,
        left=left,
        stopped=stopped,
        causes=tuple(sorted(causes.items(), key=lambda one: (-one[1], one[0]))),
    )
