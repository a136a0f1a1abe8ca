from datetime import UTC, date, datetime

import pytest

from config.errors import UsageError
from config.taxonomy import Taxonomy, load_taxonomy
from pipeline.review.selection import Days, Recent, Selection, days_work, read_selection
from storage.queue_filter import QueueFilter, QueueLimits, QueueTally

NEWEST = date(2026, 11, 25)
LIMITS = QueueLimits(likely_from=0.5, set_aside_below=0.1)
VISIT = datetime(2026, 11, 24, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def taxonomy() -> Taxonomy:
    return load_taxonomy(None)


def filter_of(selection: Selection) -> QueueFilter:
    return selection.to_filter(newest_day=NEWEST, limits=LIMITS, visited_at=VISIT)


@pytest.mark.parametrize(
    ("texts", "wanted"),
    [
        ({}, QueueFilter()),
        ({"page": "3", "section": " "}, QueueFilter()),
        (
            {"announced": "2026-11-20"},
            QueueFilter(announced_from=date(2026, 11, 20), announced_until=date(2026, 11, 20)),
        ),
        (
            {"announced": "2026-11-20..2026-11-24"},
            QueueFilter(announced_from=date(2026, 11, 20), announced_until=date(2026, 11, 24)),
        ),
        ({"announced": "2026-11-20.."}, QueueFilter(announced_from=date(2026, 11, 20))),
        ({"announced": "..2026-11-20"}, QueueFilter(announced_until=date(2026, 11, 20))),
        ({"announced": "Newest"}, QueueFilter(announced_from=NEWEST, announced_until=NEWEST)),
        (
            {"announced": "week"},
            QueueFilter(announced_from=date(2026, 11, 19), announced_until=NEWEST),
        ),
        ({"at_least": "50"}, QueueFilter(at_least=0.5)),
        ({"at_least": "12.5 %"}, QueueFilter(at_least=0.125)),
        ({"section": "Agents"}, QueueFilter(section="agents")),
        ({"category": "CS.cv"}, QueueFilter(category="cs.CV")),
        ({"category": "cond-mat.MTRL-SCI"}, QueueFilter(category="cond-mat.mtrl-sci")),
        ({"category": "quant-ph"}, QueueFilter(category="quant-ph")),
        ({"question": "Technique"}, QueueFilter(question="technique")),
        ({"author": "Du Bois"}, QueueFilter(author="Du Bois")),
        ({"search": '"a phrase" word'}, QueueFilter(search='"a phrase" word')),
        ({"since": "visit"}, QueueFilter(arrived_after=VISIT)),
        (
            {"since": "2026-11-20"},
            QueueFilter(arrived_after=datetime(2026, 11, 20, tzinfo=UTC)),
        ),
        ({"set_aside": "1"}, QueueFilter(below=0.1)),
        ({"set_aside": "0"}, QueueFilter()),
        ({"order": "newest"}, QueueFilter(order="newest")),
        (
            {"at_least": "50", "announced": "newest", "search": "maps", "order": "mixed"},
            QueueFilter(
                at_least=0.5,
                announced_from=NEWEST,
                announced_until=NEWEST,
                search="maps",
                order="mixed",
            ),
        ),
    ],
)
def test_texts_select_papers(
    texts: dict[str, str], wanted: QueueFilter, taxonomy: Taxonomy
) -> None:
    selection = read_selection(texts, taxonomy)
    assert filter_of(selection) == wanted
    assert read_selection(selection.to_query(), taxonomy) == selection


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ({"announced": "25.11.2026"}, "no announcement day. Write a day as 2026-11-25"),
        ({"announced": "2026-11-31"}, "no announcement day"),
        ({"announced": ".."}, "no announcement day"),
        ({"announced": "2026-11-25..2026-11-20"}, "Write 2026-11-20..2026-11-25."),
        ({"announced": "newst"}, "no announcement day"),
        ({"at_least": "0.5"}, "below one percent. Write percent: 50."),
        ({"at_least": "101"}, "no limit. Write percent from 0 to 100"),
        ({"at_least": "-1"}, "no limit"),
        ({"at_least": "nan"}, "no limit"),
        ({"at_least": "inf"}, "no limit"),
        ({"at_least": "\u0665\u0660"}, "no limit"),
        ({"section": "agens"}, "Did you mean agents"),
        ({"category": "vision!"}, "no category of arXiv. Write it as cs.CV."),
        ({"question": "tecnique"}, "Did you mean technique?"),
        ({"order": "newst"}, "Did you mean newest? Use one of: likely,"),
        ({"since": "yesterday"}, "Write `visit`, a day"),
        ({"set_aside": "yes"}, "Write 1 for yes or 0 for no."),
        ({"search": "x" * 301}, "at most 300 characters"),
        ({"author": "x " * 151}, "at most 300 characters"),
    ],
)
def test_bad_text_is_refused_with_the_remedy(
    texts: dict[str, str], said: str, taxonomy: Taxonomy
) -> None:
    with pytest.raises(UsageError) as refused:
        read_selection(texts, taxonomy)
    assert said in str(refused.value)


def test_nothing_chosen_is_told_from_everything(taxonomy: Taxonomy) -> None:
    assert read_selection({}, taxonomy).is_default
    everything = read_selection({"at_least": "0"}, taxonomy)
    assert not everything.is_default
    assert everything.to_query() == {"at_least": "0"}


def test_audit_draws_from_the_whole_queue_only(taxonomy: Taxonomy) -> None:
    assert read_selection({"order": "random"}, taxonomy).is_audit
    assert not read_selection({"order": "random", "at_least": "50"}, taxonomy).is_audit


def test_newest_day_of_an_empty_queue_selects_nothing(taxonomy: Taxonomy) -> None:
    for text in ("newest", "week"):
        selection = read_selection({"announced": text}, taxonomy)
        wanted = selection.to_filter(newest_day=None, limits=LIMITS)
        assert wanted.announced_from is not None
        assert wanted.announced_from > date(9000, 1, 1)


def test_never_been_here_selects_everything(taxonomy: Taxonomy) -> None:
    selection = read_selection({"since": "visit"}, taxonomy)
    assert selection.to_filter(newest_day=NEWEST, limits=LIMITS) == QueueFilter()


@pytest.mark.parametrize(
    ("today", "week", "announced"),
    [(2, 3, Recent.NEWEST), (0, 3, Recent.WEEK), (0, 0, None)],
)
def test_days_work_falls_back_to_the_week_and_to_all(
    today: int, week: int, announced: Recent | None
) -> None:
    tally = QueueTally(
        sections={},
        size=9,
        across=9,
        whole=9,
        set_aside=1,
        newest_day=NEWEST,
        likely_today=today,
        likely_week=week,
        above_limit=5,
    )
    assert days_work(tally, LIMITS) == Selection(announced=announced, at_least=50)


def test_days_are_written_as_they_are_read() -> None:
    assert str(Days(NEWEST, NEWEST)) == "2026-11-25"
    assert str(Days(None, NEWEST)) == "..2026-11-25"
