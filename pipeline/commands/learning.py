"""The steps of the model: classify, train."""

from pipeline.commands.invocation import Invocation, command


@command("classify", examples="living-survey classify")
def classify(invocation: Invocation) -> None:
    """Classify every paper the current model has not read."""
    from pipeline.commands.session import session
    from pipeline.run import classify_step

    with session(invocation, "classify") as opened:
        report = classify_step(opened.services, opened.record, opened.bars)
    if invocation.output.as_json:
        invocation.output.answer(report)
    else:
        invocation.output.line(f"classified {report.classified} by {report.model_id}")


@command("train", examples="living-survey train && living-survey classify")
def train(invocation: Invocation) -> None:
    """Train a model on all standing decisions."""
    from pipeline.commands.session import session
    from pipeline.train import train_model

    settings = invocation.settings.classifier
    with session(invocation, "train") as opened:
        report = train_model(
            opened.services.open_store,
            opened.services.taxonomy,
            models=settings.models,
            background=settings.background,
            seed=settings.seed,
            clock=opened.services.clock,
        )
        opened.record.count(approved=report.approved, rejected=report.rejected)
    if invocation.output.as_json:
        invocation.output.answer(report)
        return
    say = invocation.output.line
    say(f"trained    {report.model_id}")
    say(
        f"from       {report.approved} approved, {report.rejected} rejected, "
        f"{report.background} undecided as background"
    )
    say(f"saved      {report.path}")
    say("Next: living-survey classify")
