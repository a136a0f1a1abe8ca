"""The pages say that the survey ends or ended."""

from datetime import date

import pytest

from storage.freezes import Freeze
from tests.support.review import START, ReviewSite, Visitor


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2026, 1, 2), "The survey ended on 2026-01-02: nothing is fetched any more."),
        (date(2126, 1, 2), "The survey ends on 2126-01-02."),
    ],
)
def test_pages_say_the_end_until_it_is_undone(
    site: ReviewSite, visitor: Visitor, day: date, said: str
) -> None:
    assert 'id="ending"' not in visitor.get("/queue").text
    with site.open_store() as store:
        store.freezes.add(Freeze(day, "Thank you.", "ada", START))
    for path in ("/queue", "/decisions", "/inbox"):
        assert visitor.get(path).text.count(said) == 1
    with site.open_store() as store:
        store.freezes.undo("bo", START)
    assert 'id="ending"' not in visitor.get("/queue").text
