"""`classify`: predictions for papers that the current model has not scored."""

from pipeline.cli.answer import Answer
from pipeline.cli.command import Invocation, command
from pipeline.cli.session import session
from pipeline.learn import classify as step


@command("classify", examples="living-survey classify")
def classify(invocation: Invocation) -> Answer:
    """Classify every paper that the current model has not scored."""
    with session(invocation, "classify") as opened:
        report = step.classify(opened.services, opened.run)
    return Answer(report, (f"classified {report.classified} by {report.model_id}",))
