"""`drift`: whether the model still fits the new papers."""

from config.tex.text import plain_text
from config.visible import shortened
from pipeline.cli.answer import Answer, Column, Text, table
from pipeline.cli.command import Invocation, command
from pipeline.cli.session import session
from pipeline.learn.drift import measure_drift
from pipeline.learn.drift_report import FEWEST_DECISIONS, DriftReport, drift_sentences
from pipeline.runtime.plurals import counted
from storage.paper_key import key_address


@command("drift", examples="living-survey drift\nliving-survey drift --json")
def drift(invocation: Invocation) -> Answer:
    """Measure whether the model still fits the new papers.

    It compares the last seven days with the time of training: unknown words, shifted
    probabilities, the newest decisions, and terms of papers that no section takes. The first `run`
    of a week does the same; `status` and `doctor` show the result.
    """
    with session(invocation, "drift") as opened:
        report = measure_drift(opened.services, opened.run)
    return Answer(report, _text(report))


def _not_known(report: DriftReport) -> str:
    if report.human is not None and report.human < FEWEST_DECISIONS:
        needed = counted(FEWEST_DECISIONS, "decision")
        return f"not judged before {needed}, {report.human} so far"
    return "not known, because too few papers and decisions are new to the model"


def _text(report: DriftReport) -> Text:
    lines = [
        f"week     {report.week}, {counted(report.papers, 'paper')}, model {report.model_id}",
        *(f"         {sentence}" for sentence in drift_sentences(report)),
        *(f"verdict  {sentence}" for sentence in report.verdicts or (_not_known(report),)),
    ]
    if not report.missing_terms:
        return tuple(lines)
    examples = (
        f"{key_address(paper.arxiv_id)}  {shortened(plain_text(paper.title))}"
        for paper in report.missing_examples
    )
    terms = table((Column("term"), Column("papers", right=True)), report.missing_terms)
    return (*lines, "", terms, *examples)
