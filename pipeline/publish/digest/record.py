"""Write an issue as one JSON document: everything, with the texts of every language."""

import json
from collections.abc import Mapping, Sequence
from datetime import date

from config.visible import escape_invisible
from pipeline.enrich.venue import Venue
from pipeline.publish.digest.types import CorrectedPaper, Digest, Entry, Reported
from pipeline.publish.digest.view import View


def record(digest: Digest, views: Sequence[View]) -> str:
    """Return the JSON of an issue; texts are plain, not escaped for HTML."""
    document = {
        "week": str(digest.week),
        "first_day": digest.week.first_day.isoformat(),
        "last_day": digest.week.last_day.isoformat(),
        "survey": digest.survey_title,
        "preliminary": digest.preliminary,
        "counts": dict(digest.counts),
        "languages": {
            view.words.code: {
                "subject": view.subject,
                "preheader": view.preheader,
                "heading": view.heading,
                "lead": view.lead,
            }
            for view in views
        },
        "highlights": [
            {"arxiv_id": one.entry.arxiv_id, "sentence": one.sentence, "by": one.by}
            for one in digest.highlights
        ],
        "groups": [
            {
                "kind": group.kind,
                "key": group.key,
                "names": {view.words.code: view.group_name(group) for view in views},
                "papers": [_paper(entry) for entry in group.entries],
            }
            for group in digest.groups
        ],
        "withdrawn": [_corrected(paper) for paper in digest.withdrawn],
        "corrections": [_corrected(paper) for paper in digest.corrections],
        "trend": {
            "tasks": list(digest.trend.tasks),
            "weeks": [
                {"week": str(one.week), "papers": one.papers, "by_task": list(one.by_task)}
                for one in digest.trend.weeks
            ],
            "terms": [
                {"term": term.text, "papers": term.papers, "before": term.before}
                for term in digest.trend.terms
            ],
            "papers_before": digest.trend.before,
        },
        "made": _made(digest),
        "editor": digest.colophon.editor,
        "list": digest.colophon.list_url,
        "suggest": digest.colophon.suggest_url,
        "previous": digest.colophon.previous,
    }
    return escape_invisible(json.dumps(document, ensure_ascii=False, indent=1)) + "\n"


def _paper(entry: Entry) -> dict[str, object]:
    return {
        "arxiv_id": entry.arxiv_id,
        "title": entry.title,
        "url": entry.url,
        "authors": list(entry.authors),
        "authors_total": entry.authors_total,
        "claim": entry.claim,
        "reviewer_note": entry.note,
        "editor_note": entry.editor_note,
        "venue": _venue(entry.venue),
        "category": entry.category,
        "version": entry.version,
        "submitted": _day(entry.submitted),
        "updated": _day(entry.updated),
        "late": entry.late,
        "sections": list(entry.sections),
        "task": entry.task,
        "links": [{"kind": link.kind.value, "url": link.url} for link in entry.links],
        "approved_at": entry.decided_at.isoformat(),
        **_translated(entry),
    }


def _translated(entry: Entry) -> dict[str, object]:
    made = entry.translation
    if made is None:
        return {}
    said = {"language": made.language, "title": made.title, "model": made.model}
    return {"machine_translation": said}


def _corrected(paper: CorrectedPaper) -> dict[str, object]:
    return {
        "arxiv_id": paper.arxiv_id,
        "title": paper.title,
        "url": paper.url,
        "kinds": list(paper.kinds),
        "former_title": paper.former_title,
        "venue": _venue(paper.venue),
        "former_sections": list(paper.former_sections),
        "sections": list(paper.sections),
        "issue": paper.issue,
        # Without facts of other services, so that issues of before have the same bytes.
        **({"reported": [_reported(one) for one in paper.reported]} if paper.reported else {}),
    }


def _reported(one: Reported) -> dict[str, str]:
    return {
        "kind": one.kind,
        "source": one.source,
        "asked": one.asked.isoformat(),
        "name": one.name,
        "on": one.on,
        "doi": one.doi,
    }


def _made(digest: Digest) -> Mapping[str, object]:
    made = digest.made
    return {
        "announced": made.announced,
        "reviewed": made.reviewed,
        "approved": made.approved,
        "rejected": made.rejected,
        "deferred": made.deferred,
        "reasons": dict(made.reasons),
        "in_scope": made.in_scope,
        "waiting": made.waiting,
        "precision": made.precision,
        "days": {day.isoformat(): status.value for day, status in made.days},
    }


def _venue(venue: Venue | None) -> dict[str, str] | None:
    return None if venue is None else {"kind": venue.kind.value, "name": venue.name}


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
