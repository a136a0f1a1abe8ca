"""Say in plain sentences what a training brought."""

from pipeline.learn.promotion import Comparison
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
    if contest.difference is None or contest.chance is None:
        return f"they were not compared ({contest.verdict})."
    on = f"on {counted(contest.papers, 'later decision')}"
    figures = f"the difference in error is {contest.difference:+.4f}"
    if abs(contest.difference) <= contest.chance:
        return (
            f"the new one is about as good {on}; {figures}, chance explains {contest.chance:.4f}."
        )
    how = "better" if contest.difference < 0 else "worse"
    return (
        f"the new one is {how} {on}; {figures}, more than chance explains ({contest.chance:.4f})."
    )
