"""Receipts, limits and suppression are decided from values alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.publish.mail.journal import (
    JournalError,
    begin_journal,
    journal_names,
    journal_path,
    open_journal,
    read_journal,
)
from pipeline.publish.mail.pace import Allowance, Limits, allowance, pause_seconds
from pipeline.publish.mail.receipt import Outcome, receipt_of
from pipeline.publish.mail.suppression import event_id, suppressed
from pipeline.publish.mail.suppression_file import add_suppressions, read_suppressions
from storage.mail_types import (
    FrozenRecipient,
    MailEvent,
    Mailing,
    MailKind,
    RecordedMailing,
    SuppressionEvent,
    SuppressionKind,
)

AT = datetime(2026, 3, 23, 6, 0, tzinfo=UTC)
DAY = timedelta(days=1)
MAILING = Mailing(
    "2026-W12",
    "ab",
    AT,
    ("2026-W12",),
    "0" * 64,
    tuple(FrozenRecipient(f"r{n}", f"key{n}", "en", ("agents",) * (n % 2)) for n in range(5)),
)


def _begun(directory: Path) -> None:
    begin_journal(directory, RecordedMailing(MAILING, ()))


def test_receipt_is_read_as_it_was_written(tmp_path: Path) -> None:
    _begun(tmp_path)
    with open_journal(tmp_path, "2026-W12") as journal:
        events = [
            journal.note("r0", MailKind.HANDING_OVER, AT),
            journal.note("r0", MailKind.SENT, AT, code=250),
            journal.note("r1", MailKind.FAILED, AT, detail="450 later", code=450, temporary=True),
        ]
    assert read_journal(tmp_path, "2026-W12") == RecordedMailing(MAILING, tuple(events))
    assert journal_names(tmp_path) == ("2026-W12",)
    assert journal_path(tmp_path, "2026-W12").stat().st_mode & 0o777 == 0o600
    assert read_journal(tmp_path, "2026-W13") is None
    with pytest.raises(FileExistsError):
        _begun(tmp_path)


def test_unfinished_line_is_as_if_it_was_never_begun(tmp_path: Path) -> None:
    _begun(tmp_path)
    with open_journal(tmp_path, "2026-W12") as journal:
        journal.note("r0", MailKind.SENT, AT)
    path = journal_path(tmp_path, "2026-W12")
    whole = path.read_bytes()
    with open_journal(tmp_path, "2026-W12") as journal:
        journal.note("r1", MailKind.SENT, AT)
    line = path.read_bytes()[len(whole) :]
    for end in range(1, len(line)):
        path.write_bytes(whole + line[:end])
        recorded = read_journal(tmp_path, "2026-W12")
        assert recorded is not None
        assert [one.n for one in recorded.events] == [1]
        with open_journal(tmp_path, "2026-W12") as journal:
            journal.note("r2", MailKind.SENT, AT)
        recorded = read_journal(tmp_path, "2026-W12")
        assert recorded is not None
        assert [one.subscriber_id for one in recorded.events] == ["r0", "r2"]


def test_receipt_with_a_gap_is_not_believed(tmp_path: Path) -> None:
    _begun(tmp_path)
    with open_journal(tmp_path, "2026-W12") as journal:
        for _ in range(3):
            journal.note("r0", MailKind.SENT, AT)
    path = journal_path(tmp_path, "2026-W12")
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-2] + lines[-1:]))
    with pytest.raises(JournalError):
        read_journal(tmp_path, "2026-W12")


@given(
    st.lists(
        st.tuples(st.sampled_from([f"r{n}" for n in range(5)]), st.sampled_from(list(MailKind))),
        max_size=30,
    )
)
def test_identity_holds_after_any_events(acts: list[tuple[str, MailKind]]) -> None:
    events = tuple(MailEvent(n, who, kind, AT) for n, (who, kind) in enumerate(acts, 1))
    receipt = receipt_of(RecordedMailing(MAILING, events))
    counts = receipt.counts()
    assert sum(counts.values()) == 5
    assert f"{counts[Outcome.SENT]} sent" in receipt.identity()
    tried = {one.recipient.subscriber_id for one in receipt.to_try(3)}
    last = dict(acts)
    assert not {who for who in tried if last.get(who) in {MailKind.SENT, MailKind.UNCERTAIN,
                                                          MailKind.HANDING_OVER}}  # fmt: skip


def test_minute_is_spread_evenly() -> None:
    assert pause_seconds(None, 100.0, 60) == 0
    assert pause_seconds(100.0, 100.25, 60) == 0.75
    assert pause_seconds(100.0, 102.0, 60) == 0
    assert pause_seconds(100.0, 100.0, 0) == 0


def test_day_is_the_last_24_hours() -> None:
    limits = Limits(per_day=3)
    assert allowance([], AT, limits).mails == 3
    handed = [AT - timedelta(hours=23), AT - timedelta(hours=2), AT - timedelta(hours=1)]
    full = allowance(handed, AT, limits)
    assert (full.mails, full.until) == (0, AT + timedelta(hours=1))
    assert allowance(handed, AT + timedelta(hours=1), limits).mails == 1
    assert allowance(handed, AT, Limits()) == Allowance(None)


def test_clock_set_back_lets_no_more_go() -> None:
    limits = Limits(per_day=3)
    ahead = [AT + timedelta(hours=n) for n in (1, 2, 30)]
    found = allowance(ahead, AT, limits)
    assert (found.mails, found.until) == (0, AT + timedelta(hours=25))
    assert allowance([AT + 30 * DAY] * 3, AT, limits).mails == 3
    warming = allowance([AT] * 4 + [AT + DAY] * 9, AT, Limits(warm_up=(5, 10)))
    assert warming.mails == 1


def test_warm_up_counts_days_of_sending() -> None:
    limits = Limits(warm_up=(10, 20), per_day=100)
    first = allowance([AT] * 4, AT, limits)
    assert (first.mails, first.until) == (6, datetime(2026, 3, 24, tzinfo=UTC))
    assert allowance([AT] * 10, AT + 7 * DAY, limits).mails == 20
    assert allowance([AT] * 10 + [AT + 7 * DAY], AT + 8 * DAY - DAY / 24, limits).mails == 99


def _event(
    key: str, kind: SuppressionKind, about: str, lifts: tuple[str, ...] = ()
) -> SuppressionEvent:
    return SuppressionEvent(event_id(key, kind, about), key, kind, AT, "bounce", "", lifts)


_KINDS = st.sampled_from(
    [SuppressionKind.HARD, SuppressionKind.SOFT, SuppressionKind.COMPLAINT, SuppressionKind.MANUAL]
)


@given(
    st.lists(
        st.builds(_event, st.sampled_from("ab"), _KINDS, st.sampled_from("1234")), max_size=12
    ),
    st.randoms(use_true_random=False),
    st.lists(st.integers(0, 11), max_size=12),
)
def test_suppression_depends_on_the_set_alone(
    events: list[SuppressionEvent], dice: object, again: list[int]
) -> None:
    lifted = [_event("a", SuppressionKind.LIFTED, "x", (events[0].event_id,))] if events else []
    stream = [*events, *lifted]
    other = [*stream, *(stream[n] for n in again if n < len(stream))]
    dice.shuffle(other)  # type: ignore[attr-defined]
    assert suppressed(stream, soft_bounces=2) == suppressed(other, soft_bounces=2)


def test_reasons_are_weighed() -> None:
    soft = [_event("a", SuppressionKind.SOFT, str(n)) for n in range(3)]
    assert suppressed(soft[:2], soft_bounces=3) == {}
    assert suppressed(soft, soft_bounces=3)["a"].kind is SuppressionKind.SOFT
    both = [
        *soft,
        _event("a", SuppressionKind.HARD, "1"),
        _event("a", SuppressionKind.COMPLAINT, "2"),
    ]
    assert suppressed(both, soft_bounces=3)["a"].kind is SuppressionKind.COMPLAINT


def _soft(*days: float) -> list[SuppressionEvent]:
    return [
        replace(_event("a", SuppressionKind.SOFT, str(n)), at=AT + day * DAY)
        for n, day in enumerate(days)
    ]


def test_soft_bounces_count_in_a_row_only() -> None:
    sent = {"a": [AT + 7 * n * DAY for n in range(5)]}
    alternating = _soft(0.1, 14.1, 28.1)  # the second and the fourth issue arrived
    assert suppressed(alternating, soft_bounces=3, sent=sent) == {}
    assert suppressed(alternating, soft_bounces=3)["a"].kind is SuppressionKind.SOFT
    row = _soft(0.1, 7.1, 14.1)
    assert suppressed(row, soft_bounces=3, sent=sent)["a"].since == AT + 14.1 * DAY
    assert suppressed(_soft(0, 100, 300), soft_bounces=3) == {}


def test_mail_of_the_same_days_is_no_proof_of_arrival() -> None:
    sent = {"a": [AT, AT + DAY, AT + 2 * DAY]}
    soft = _soft(0.5, 2.5, 2.6)
    assert suppressed(soft, soft_bounces=3, sent=sent)["a"].kind is SuppressionKind.SOFT


def test_lifted_reason_stays_lifted_and_a_new_one_counts() -> None:
    hard = _event("a", SuppressionKind.HARD, "1")
    lift = _event("a", SuppressionKind.LIFTED, "2", (hard.event_id,))
    assert suppressed([hard, lift, hard], soft_bounces=3) == {}
    newer = _event("a", SuppressionKind.HARD, "3")
    assert suppressed([hard, lift, newer], soft_bounces=3)["a"].events == (newer.event_id,)


def test_suppressions_are_kept_once(tmp_path: Path) -> None:
    hard, soft = _event("a", SuppressionKind.HARD, "1"), _event("b", SuppressionKind.SOFT, "1")
    assert add_suppressions(tmp_path, [hard, hard]) == 1
    path = tmp_path / "suppressions.jsonl"
    path.write_bytes(path.read_bytes() + b'{"id": "torn')
    assert add_suppressions(tmp_path, [hard, soft]) == 1
    assert read_suppressions(tmp_path) == (hard, soft)
    path.write_bytes(b"[]\n")
    with pytest.raises(JournalError):
        read_suppressions(tmp_path)
