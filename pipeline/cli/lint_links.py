"""Ask the links of a list for `lint --links`."""

import time
from collections.abc import Mapping, Sequence

from pipeline.cli.command import Invocation
from pipeline.curated.lint.online.addresses import Address, find_addresses
from pipeline.curated.lint.online.answers import Answer, State
from pipeline.curated.lint.online.memory import Known, path_beside, read_memory, remember
from pipeline.curated.lint.online.report import LinkRound
from pipeline.curated.lint.online.rounds import Budget, Clockwork, ask_all, is_network_out
from pipeline.curated.lint.subject import Subject
from pipeline.ingest.sources.web.visits import web_visits
from pipeline.runtime.services import clock_of


def ask_links(invocation: Invocation, subject: Subject) -> LinkRound:
    """Ask the links that were asked longest ago, and return what is known of all."""
    settings = invocation.settings
    path = path_beside(settings.database.path)
    addresses, known = find_addresses(subject.texts), read_memory(path)
    answers = _ask(invocation, sorted(addresses, key=lambda one: _urgency(one, known)))
    out = is_network_out(answers)
    if answers and not out:
        known = remember(path, answers, clock_of(settings)())
    asked = sum(answer.state is not State.UNASKED for answer in answers.values())
    return LinkRound(known, settings.lint.strikes, asked, out)


def _urgency(address: Address, known: Mapping[str, Known]) -> str:
    one = known.get(address.url)
    return one.asked_at.isoformat() if one else ""


def _ask(invocation: Invocation, addresses: Sequence[Address]) -> Mapping[str, Answer]:
    settings, lint = invocation.settings, invocation.settings.lint
    budget = Budget(lint.links_at_most, lint.links_seconds, lint.link_interval_seconds)
    with (
        web_visits(
            contact=settings.arxiv.contact,
            timeout_seconds=lint.link_timeout_seconds,
            allow_loopback=not settings.arxiv.is_live,
        ) as visit,
        invocation.output.progress() as progress,
    ):
        task = progress.add_task("asking links", total=min(len(addresses), budget.links))
        return ask_all(
            addresses,
            visit,
            budget,
            Clockwork(time.monotonic, time.sleep),
            lambda: progress.advance(task),
        )
