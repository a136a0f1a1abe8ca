"""Check what stops publishing."""

from collections.abc import Iterator

from pipeline.publish.feeds.checks import checks as feed_checks
from pipeline.publish.noted import unknown_publications
from pipeline.publish.state import publishing_state
from pipeline.runtime.ending import ending_sentence
from pipeline.runtime.findings import Finding
from pipeline.runtime.plurals import some_of
from pipeline.runtime.services import Services


def checks(services: Services) -> Iterator[Finding]:
    """Yield targets that are refused or were interrupted, and approved papers that are not out."""
    with services.open_store() as store:
        state = publishing_state(store, services.settings, services.clock())
        freeze = store.freezes.standing()
        unknown = unknown_publications(store)
    if freeze is not None:
        yield Finding(
            "publishing",
            ending_sentence(freeze, services.clock().date()),
            "`living-survey freeze --undo` takes the survey up again.",
            wrong=False,
        )
    if unknown:
        named = some_of(sorted({one.target for one in unknown}))
        yield Finding(
            "publishing",
            f"the database is older than what was published and does not know of {named}.",
            "`living-survey publish` records it again before it writes anything.",
        )
    for refused in state.refused:
        yield Finding(
            "publishing",
            f"{refused.target} is refused since {refused.refused_at:%Y-%m-%d}:"
            f" {' '.join(refused.reasons)}",
            "`living-survey publish --dry-run` shows it with the remedy; its last publication"
            " stays.",
        )
    for target in state.interrupted:
        yield Finding(
            "publishing",
            f"the last publication of {target} did not end.",
            "`living-survey publish` completes it.",
        )
    for kind, number in state.unpublished.items():
        if number:
            yield Finding(
                "publishing",
                f"{number} approved {'paper is' if number == 1 else 'papers are'} not in"
                f" {'the' if kind.endswith('s') else 'a'} published {kind}.",
                f"`living-survey publish --target {kind}` publishes them.",
                wrong=False,
            )
    yield from feed_checks(services)
