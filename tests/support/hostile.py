"""Texts that would run or load something in a page that does not escape them."""

import json
from dataclasses import replace
from datetime import timedelta

from config.roles import Role
from pipeline.review.team.acts import By, assign_sections
from storage.highlights import Highlight
from storage.issue_types import IssueEdits
from storage.opinion_types import NewOpinion, OpinionKind
from storage.suggestion_types import NewSuggestion, SuggestionKind
from storage.types import Paper, TermWeight, Verdict
from tests.support.builders import make_decision, make_paper, make_prediction
from tests.support.review import START, ReviewSite, scores
from tests.support.rulings import make_ruling
from tests.support.team import TeamSite

MARKUP = """<script>alert(1)</script>"><img src=x onerror=alert(2)>' onclick='x'{{7*7}}"""
#: turns the text after it round; an isolate or nothing must end it before the next element
TURNED = "\u202ee\u0000vil \ud7ff"
TEXT = f"{MARKUP} {TURNED} $\\frac{{a}}{{</math><script>}}$ \\href{{javascript:alert(3)}}{{x}}"
#: attributes and addresses that would run a script, and elements that would load one
WOULD_RUN = """() => [...document.querySelectorAll('*')].flatMap((node) => [
  ...[...node.attributes].filter((one) => one.name.startsWith('on')
    || /^\\s*(javascript|data|vbscript):/i.test(one.value)).map((one) => one.name),
  ...(node.matches('object, embed, base, svg [onload], script:not([src^="/static/"])')
    ? [node.tagName] : []),
])"""
#: a name, of a person who reads what MARKUP is to read too
OTHER = "<svg onload=alert(4)>'\"><script src=https://evil.example/x.js></script>"


def fill_with_hostile_texts(site: ReviewSite) -> None:
    terms = (TermWeight("<script>", 1.0), TermWeight("onclick='x'", -0.5))

    def hostile(number: int) -> Paper:
        return make_paper(
            f"2603.{number:05}",
            title=TEXT,
            abstract=f"{number} {TEXT} https://github.com/a/{MARKUP}",
            authors=(TEXT, "Ada Example"),
            comment=f"Duplicate of 2603.00001 {TEXT}",
            journal_ref=TEXT,
        )

    papers = [hostile(number) for number in range(1, 9)]
    site.put_all(
        [
            (
                paper,
                make_prediction(
                    paper.arxiv_id,
                    in_scope=0.9,
                    sections=scores(make_image=0.8, cut_video=0.3),
                    terms=terms,
                ),
            )
            for paper in papers
        ]
    )
    verdicts = {3: Verdict.DEFERRED, 4: Verdict.REJECTED, 5: Verdict.APPROVED, 6: Verdict.APPROVED}
    with site.open_store() as store:
        store.decisions.keep_texts([paper.arxiv_id for paper in papers])
        store.decisions.add(
            [
                make_decision(
                    f"2603.{number:05}",
                    verdict=verdict,
                    sections=("agents", MARKUP) if verdict is Verdict.APPROVED else (),
                    reviewer=MARKUP,
                    note=TEXT,
                    reason=MARKUP if verdict is Verdict.REJECTED else None,
                )
                for number, verdict in verdicts.items()
            ]
        )
        store.highlights.set(Highlight("2603.00005", MARKUP, TEXT, START))
        views = json.dumps([[MARKUP[:40], f"search={MARKUP}"]])
        store.preferences.set(MARKUP, "views", views, START)
        changed = replace(hostile(5), title=f"New {TEXT}", version=2, withdrawn=True)
        store.papers.upsert([changed], seen_at=START + timedelta(days=1))
        store.corrections.find(START + timedelta(days=2))
        store.same_work.find(at_least=0.0, limit=100, now=START)


def make_hostile_team(place: TeamSite) -> None:
    """Fill a site with hostile texts: papers, accounts, words, rulings, suggestions, issues."""
    site, now = place.site, place.clock()
    fill_with_hostile_texts(site)
    for name in (MARKUP, OTHER):
        place.team.add(name, Role.ADMIN)
    place.team.attempt(TEXT, address="192.0.2.9")
    words = [
        NewOpinion(key, kind, verdict, (), name, START, note=TEXT, reason=None)
        for key in ("2603.00007", "2603.00008")
        for kind, verdict, name in (
            (OpinionKind.FIRST, Verdict.REJECTED, MARKUP),
            (OpinionKind.SECOND, Verdict.DEFERRED, OTHER),
        )
    ]
    suggested = [
        NewSuggestion(
            f"{number:032x}",
            kind,
            "2603.00009" if kind is SuggestionKind.MISSING_PAPER else "2603.00006",
            new_value=TEXT[:200],
            old_value=TEXT[:200],
            note=TEXT,
            name=MARKUP,
            credited=True,
            origin=f"https://example.org/{number}{MARKUP}",
        )
        for number, kind in enumerate(SuggestionKind)
    ]
    edits = IssueEdits("2026-W11", {"en": TEXT, "zh": TEXT}, notes={"2603.00005": TEXT})
    with site.open_store() as store:
        store.opinions.add(words)
        store.rulings.add(
            [make_ruling("2603.00004", title=TEXT, sentence=TEXT, person=MARKUP, source=MARKUP)]
        )
        for one in suggested:
            store.suggestions.add(one, now)
        store.issues.edit(edits, OTHER, now)
        assign_sections(store, site.taxonomy, ["make-image"], OTHER, By(MARKUP, now))
