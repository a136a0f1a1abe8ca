"""Build the digest of a week as a target."""

from config.taxonomy import parse_taxonomy
from pipeline.curated.title import survey_title
from pipeline.publish.digest.build import OTHER, build_digest
from pipeline.publish.digest.corrections import week_corrections
from pipeline.publish.digest.render import Form, file_stem, render
from pipeline.publish.digest.week import Week
from pipeline.publish.publication import Build, BuiltFile
from pipeline.runtime.services import Services
from storage.types import LIST_REVIEWER, Verdict


def build_week(services: Services, week: Week) -> Build:
    """Return the digest of a week: what was approved in it, and stands or was published in it."""
    settings = services.settings
    target = f"digest:{week}"
    with services.open_store() as store:
        # Entries of the list are left out: readers have them.
        approved = [
            paper
            for paper in store.decisions.approved_between(week.start, week.end)
            if paper.reviewer != LIST_REVIEWER
        ]
        carried = store.publications.papers(target)
        standing = store.decisions.standing(paper.arxiv_id for paper in approved)
        approved = [
            paper
            for paper in approved
            if paper.arxiv_id in carried
            or (paper.arxiv_id in standing and standing[paper.arxiv_id].verdict is Verdict.APPROVED)
        ]
        corrected = week_corrections(store, week, approved)
        replaced = store.taxonomy.in_force_at(week.end)
    taxonomy = services.taxonomy
    if replaced is not None:
        # An old week keeps the sections and names of its time, so that its file does not change.
        taxonomy = parse_taxonomy(replaced, f"the taxonomy of {week}")
    digest = build_digest(
        approved,
        taxonomy,
        week,
        survey_title=survey_title(settings.survey),
        corrected=corrected,
    )
    codes = tuple(dict.fromkeys(settings.digest.languages))
    texts = {
        settings.digest.output / f"{file_stem(week, code, codes)}.{form}": render(
            digest, form, code, languages=codes
        )
        for code in codes
        for form in Form
    }
    withdrawn = {paper.arxiv_id for paper in digest.withdrawn}
    counts = {"papers": digest.papers}
    return Build(
        target=target,
        files=tuple(BuiltFile(path, text.encode()) for path, text in texts.items()),
        entries=tuple(
            (paper.arxiv_id, section)
            for paper in approved
            if paper.arxiv_id not in withdrawn
            for section in paper.sections or (OTHER,)
        ),
        counts=counts,
        recounted=counts,
    )
