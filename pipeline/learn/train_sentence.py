"""Say in plain sentences what a training brought."""

from pipeline.learn.evaluation.verdict import right_text, tenths
from pipeline.learn.promotion import ABOUT_AS_GOOD, Comparison
from pipeline.runtime.plurals import counted


def train_sentence(
    *, approved: int, rejected: int, promoted: bool, contest: Comparison | None, more: int | None
) -> str:
    """Return what the new model learned from and whether it is used.

    `contest` None: there was no other model. `more` are the decisions that the model in use before
    does not know; None: not known.
    """
    learned = f"{approved} approved and {rejected} rejected papers"
    if contest is None:
        return f"The first model is in use; it learned from {learned}."
    use = "The new model is in use" if promoted else "The model in use stays"
    knows = f"The new model learned from {learned}"
    if more:
        knows += f", {counted(more, 'decision')} more than the one before"
    return f"{use}: {comparison_sentence(contest)} {knows}."


def comparison_sentence(contest: Comparison) -> str:
    """Return how the new model compares, as the end of a sentence."""
    if contest.challenger is None:
        return f"they were not compared ({contest.verdict})."
    how = f"{contest.verdict} {'as' if contest.verdict == ABOUT_AS_GOOD else 'than'}"
    said = f"on {counted(contest.papers, 'later decision')} the new one is {how} the one before"
    return f"{said}{_sections(contest)}."


def _sections(contest: Comparison) -> str:
    """Return how many suggested sections of both models are right, if any was measured."""
    if contest.challenger is None or contest.champion is None:
        return ""
    new, old = contest.challenger.evaluation, contest.champion.evaluation
    if not new.section_papers:
        return ""
    right = right_text(new.section_top1, new.section_papers)
    return (
        f": of 10 suggested sections of approved papers {right} are right,"
        f" {tenths(old.section_top1)} before"
    )
