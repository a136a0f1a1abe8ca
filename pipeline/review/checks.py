"""Check the length of the queue, and approvals of papers that arXiv has withdrawn."""

from collections.abc import Iterator

from config.visible import one_line
from pipeline.ingest.corrections import read_inbox
from pipeline.review.conflicts import conflicts, too_few
from pipeline.review.double.rules import rules_of
from pipeline.review.lone_words import lone_words
from pipeline.review.tokens import FORGOTTEN, ending_tokens, forgotten_tokens
from pipeline.runtime.findings import Finding
from pipeline.runtime.plurals import counted
from pipeline.runtime.queue_words import limits_of, queue_sentence
from pipeline.runtime.services import Services
from storage.calendar import announcement_day
from storage.queue_filter import QueueFilter

#: likely papers
_LONG_QUEUE = 500
#: withdrawn papers in one finding
_NAMED = 10


def checks(services: Services) -> Iterator[Finding]:
    """Yield the findings about the queue and the approvals."""
    settings = services.settings
    today, limits = announcement_day(services.clock()), limits_of(settings)
    with services.open_store() as store:
        waiting = store.queue.tally(QueueFilter(), today=today, limits=limits)
        withdrawn = store.changes.withdrawn_approvals()
        twins = store.twins.approved()
        inbox = read_inbox(store)
        rules = rules_of(settings.team, services.taxonomy)
        lone = len(lone_words(store, services.taxonomy, rules))
        here = too_few(store, rules, services.clock().date())
        differ = len(conflicts(store))
        now = services.clock()
        forgotten, ending = forgotten_tokens(store, now), ending_tokens(store, now)
    if waiting.above_limit > _LONG_QUEUE:
        yield Finding(
            "queue",
            f"{queue_sentence(waiting, limits, today)}.",
            "`living-survey serve` shows the newest likely papers first.",
            wrong=False,
        )
    if inbox.open:
        yield Finding(
            "inbox",
            f"{counted(inbox.open, 'decided paper')} changed at arXiv: {inbox.sentence}.",
            "`living-survey inbox` shows them, and so does the page Inbox.",
            wrong=False,
        )
    if differ:
        yield Finding(
            "double review",
            f"{counted(differ, 'paper waits', 'papers wait')} for a third word.",
            "`living-survey conflicts` shows them, and so does the page Conflicts.",
            wrong=False,
        )
    if here is not None:
        yield Finding(
            "double review",
            f"{counted(here, 'person', 'people')} can read just now, and two must agree on"
            " papers of `[team] double_review` and `double_sections`.",
            "Their words wait for a second person: add one with `living-survey reviewer add`, or"
            " see who is away with `living-survey team`.",
            wrong=False,
        )
    if lone:
        yield Finding(
            "double review",
            f"{counted(lone, 'first word needs', 'first words need')} no second one any more,"
            " because double review was turned off or made smaller.",
            "`living-survey conflicts --release-lone` makes them decisions, `--return-lone` takes"
            " them back.",
            wrong=False,
        )
    if forgotten:
        named = ", ".join(one.token_id for one in forgotten[:_NAMED])
        yield Finding(
            "tokens",
            f"{counted(len(forgotten), 'token')} of the API not used for {FORGOTTEN.days} days:"
            f" {named}.",
            f"`living-survey token revoke {forgotten[0].token_id}` ends one that is not needed.",
            wrong=False,
        )
    for one in ending[:_NAMED]:
        yield Finding(
            "tokens",
            f"the token {one.token_id} of {one.person}, {one_line(one.label) or 'without a label'},"
            f" ends on {one.expires_at:%Y-%m-%d}, and a program uses it.",
            f"`living-survey token create --person {one.person}"
            f"{''.join(f' --scope {scope}' for scope in one.scopes)}` makes the next one.",
            wrong=False,
        )
    if twins:
        named = "; ".join(" and ".join(ids) for ids in twins[:_NAMED])
        more = f" and {len(twins) - _NAMED} more" if len(twins) > _NAMED else ""
        yield Finding(
            "approvals",
            f"Approved papers have the same title and an author in common: {named}{more}.",
            f"Say which one is listed: `living-survey doubles {' '.join(twins[0][:2])}`.",
            wrong=False,
        )
    if withdrawn:
        named = "; ".join(
            f"{key} {one_line(title)}" for key, title in [*withdrawn.items()][:_NAMED]
        )
        more = f" and {len(withdrawn) - _NAMED} more" if len(withdrawn) > _NAMED else ""
        yield Finding(
            "approvals",
            f"{counted(len(withdrawn), 'approved paper is', 'approved papers are')} withdrawn at"
            f" arXiv: {named}{more}.",
            f'`living-survey decide {next(iter(withdrawn))} reject --note "withdrawn at arXiv"`'
            " takes one out of the survey; digests do not list it in any case.",
            wrong=False,
        )
