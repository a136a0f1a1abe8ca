"""Rules: what they ask, when they act, what a replay counts, and what speaks against one."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.errors import ConfigError, UsageError
from config.rules_schema import Rule
from config.settings import load_settings
from config.taxonomy import load_taxonomy
from pipeline.learn.documents import document_of
from pipeline.review.proposal import reviewer_name
from pipeline.review.rules.act import drawn_of
from pipeline.review.rules.fitness import fingerprint, unfit
from pipeline.review.rules.replay import Past, judged
from pipeline.review.rules.signals import Seen, Signals, acts
from pipeline.review.rulings.near import Precedent
from storage.rulings import Ruling
from storage.types import Decision, Verdict
from tests.support.builders import make_paper
from tests.support.rulings import RULED_AT, StatedLikeness

NOW = datetime(2026, 3, 18, 12, tzinfo=UTC)
RULE = Rule(id="far", scope_below=10, no_words=True)
EVERY = Rule(
    id="every", scope_below=10, outside_categories=("cs.CV",), no_words=True, near_rejection=True
)
TAXONOMY = load_taxonomy()
FAR = make_paper(
    title="Parsing tariffs of rivers",
    abstract="We analyse customs tariffs with ledgers.",
    primary_category="econ.GN",
)
NEAR = make_paper(title="Text to image diffusion", abstract="Text-to-image generation.")


def seen(paper=FAR, in_scope: float | None = 0.03, primary: str | None = "econ.GN") -> Seen:  # type: ignore[no-untyped-def]  # noqa: ANN001
    return Seen(document_of(paper), primary, in_scope)


def signals(verdict: Verdict | None = Verdict.REJECTED, near: float = 9.0) -> Signals:
    if verdict is None:
        return Signals(TAXONOMY)
    ruling = Ruling("2601.00001", "", verdict, (), "Why.", "ada", RULED_AT, RULED_AT)
    precedent = Precedent(ruling, document_of(make_paper("2601.00001")))
    likeness = StatedLikeness({"2601.00001": near})
    return Signals(TAXONOMY, likeness=likeness, precedents=[precedent])


def test_rule_acts_if_every_signal_says_outside() -> None:
    said = signals().read(EVERY, seen())
    assert said == {"model": True, "category": True, "words": True, "ruling": True}
    assert acts(said)
    assert tuple(signals().read(RULE, seen())) == ("model", "words")


@pytest.mark.parametrize(
    ("read", "given", "name", "said"),
    [
        (signals(), seen(in_scope=0.1), "model", False),
        (signals(), seen(in_scope=None), "model", None),
        (signals(), seen(primary="cs.CV"), "category", False),
        (signals(), seen(primary=None), "category", None),
        (signals(), seen(NEAR), "words", False),
        (signals(), seen(make_paper(title="Tariffs", abstract=" ")), "words", None),
        (signals(None), seen(), "ruling", None),
        (signals(near=4.9), seen(), "ruling", False),
        (signals(Verdict.APPROVED), seen(), "ruling", False),
    ],
)
def test_one_signal_inside_or_missing_keeps_a_rule_from_acting(
    read: Signals, given: Seen, name: str, *, said: bool | None
) -> None:
    found = read.read(EVERY, given)
    assert found[name] is said
    assert not acts(found)


def test_ruling_on_the_paper_itself_is_no_signal() -> None:
    own = seen(make_paper("2601.00001", title="Tariffs", abstract="Customs."))
    assert signals().read(EVERY, own)["ruling"] is None


def test_fingerprint_follows_the_rule_and_the_taxonomy() -> None:
    other = RULE.model_copy(update={"scope_below": 11})
    assert fingerprint(RULE, TAXONOMY) == fingerprint(RULE.model_copy(), TAXONOMY)
    assert fingerprint(RULE, TAXONOMY) != fingerprint(other, TAXONOMY)


def past(count: int, *, model: bool, words: bool | None, approved: bool, start: int) -> list[Past]:
    return [
        Past(f"2603.{n:05}", approved, {"model": model, "words": words})
        for n in range(start, start + count)
    ]


def test_replay_counts_what_it_would_decide_and_what_was_approved() -> None:
    decided = [
        *past(600, model=True, words=True, approved=False, start=0),
        *past(3, model=True, words=True, approved=True, start=1000),
        *past(17, model=False, words=True, approved=True, start=2000),
        *past(7, model=True, words=False, approved=True, start=3000),
        *past(973, model=False, words=False, approved=True, start=4000),
        *past(5, model=True, words=None, approved=False, start=6000),
    ]
    made = judged(RULE, decided, mark="f", person="ada", now=NOW)

    assert (made.decided, made.approved, made.acted, made.missing) == (1605, 1000, 603, 5)
    assert made.wrong == ("2603.01000", "2603.01001", "2603.01002")
    assert (round(made.low, 4), round(made.high, 4)) == (0.001, 0.0145)
    [pair] = made.pairs
    assert (pair.first_wrong, pair.second_wrong, pair.both_wrong) == (10, 20, 3)
    assert pair.expected == pytest.approx(0.2)
    assert pair.phi == pytest.approx(0.2010, abs=0.001)
    assert unfit(RULE, made) == ""
    assert "may be wrong" in unfit(RULE.model_copy(update={"most_wrong": 1.0}), made)


def test_signals_that_err_together_are_not_independent() -> None:
    decided = [
        *past(3000, model=True, words=True, approved=False, start=0),
        *past(9, model=True, words=True, approved=True, start=5000),
        *past(2, model=True, words=False, approved=True, start=6000),
        *past(900, model=False, words=False, approved=True, start=7000),
    ]
    made = judged(RULE, decided, mark="f", person="ada", now=NOW)
    assert "not independent" in unfit(RULE, made)
    assert "decided none" in unfit(RULE, judged(RULE, decided[3009:], mark="f", person="", now=NOW))


def test_sample_is_a_share_and_the_same_every_time() -> None:
    decisions = [
        Decision(f"{n:016x}", f"2603.{n:05}", Verdict.REJECTED, (), "rule:far", NOW)
        for n in range(200)
    ]
    drawn = drawn_of(decisions, 5)
    assert len(drawn) == 10
    assert drawn_of(decisions[::-1], 5) == drawn
    assert len(drawn_of(decisions[:30], 5)) == 5
    assert len(drawn_of(decisions[:3], 5)) == 3


@pytest.mark.parametrize(
    ("lines", "cause"),
    [
        ('id = "far"\nscope_below = 5', "asks fewer than 2 signals"),
        (
            'id = "far"\nverdict = "approve"\nscope_below = 5\nno_words = true',
            'rule 1: verdict is "approve", but must be "reject" or "set-aside", never an approval',
        ),
        ('id = "far"\nscope_below = 5\nno_word = true', "rule 1: unknown key 'no_word'"),
        ('id = "Far away"\nscope_below = 5\nno_words = true', 'rule 1: id is "Far away", but must'),
        ("scope_below = 5\nno_words = true", "rule 1: id is missing"),
        ('id = "far"\nscope_below = -1\nno_words = true', "rule 1: scope_below is -1, but must"),
        ('id = "far"\noutside_categories = [7]\nno_words = true', "rule 1: outside_categories is"),
        ('id = "far"\nscope_below = 5\nno_words = "yes"', 'rule 1: no_words is "yes", but must'),
        ('id = "far"\nscope_below = 5\nmost_wrong = 50', "rule 1: most_wrong is 50, but must"),
    ],
)
def test_rule_that_cannot_be_is_refused(tmp_path: Path, lines: str, cause: str) -> None:
    file = tmp_path / "living-survey.toml"
    file.write_text(f"[[review.rules]]\n{lines}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=cause):
        load_settings(file, {})


def test_two_rules_of_one_name_are_refused(tmp_path: Path) -> None:
    one = '[[review.rules]]\nid = "far"\nscope_below = 5\nno_words = true\n'
    file = tmp_path / "living-survey.toml"
    file.write_text(one * 2, encoding="utf-8")
    with pytest.raises(ConfigError, match="'far' occurs twice"):
        load_settings(file, {})
    file.write_text(one, encoding="utf-8")
    assert load_settings(file, {}).review.rules[0].signals == ("model", "words")


@pytest.mark.parametrize("name", ["rule:far", "Rule:far", " RULE:far", "\uff52ule:far"])
def test_name_of_a_rule_is_no_reviewers_name(name: str) -> None:
    with pytest.raises(UsageError, match="reserved for a rule"):
        reviewer_name(name)
