import pytest

from pipeline.enrich.links import LinkKind, find_links
from pipeline.enrich.venue import Venue, VenueKind, find_venue

ACCEPTED, PUBLISHED, NAMED = VenueKind.ACCEPTED, VenueKind.PUBLISHED, VenueKind.NAMED


@pytest.mark.parametrize(
    ("comment", "venue"),
    [
        ("Accepted at AAAI 2026", Venue(ACCEPTED, "AAAI 2026")),
        ("12 pages, 3 figures. Accepted to the ICML 2025 TerraBytes Workshop",
         Venue(ACCEPTED, "ICML 2025 TerraBytes Workshop")),
        ("Accepted for publication at the IEEE Conference\n  on Kettles (ICK 2025), 8 pages",
         Venue(ACCEPTED, "IEEE Conference on Kettles (ICK 2025)")),
        ("To appear in TACL", Venue(ACCEPTED, "TACL")),
        ("Published in RANLP 2025. Code: https://a.example", Venue(PUBLISHED, "RANLP 2025")),
        ("AAAI 2026, 18 pages", Venue(NAMED, "AAAI 2026")),
        ("Accepted by International Conference on Kettles (ICK 2025). Project page: x",
         Venue(ACCEPTED, "International Conference on Kettles (ICK 2025)")),
    ],
)  # fmt: skip
def test_venue_is_read_as_stated(comment: str, venue: Venue) -> None:
    assert find_venue(comment) == venue


@pytest.mark.parametrize(
    "comment",
    [
        None,
        "",
        "12 pages",
        "Submitted to ICLR 2026",
        "Under review at CVPR 2026",
        "Rejected by AAAI 2026",
        "in the style of NeurIPS 2025",
        "Extended version of our CVPR 2024 paper",
        "To be submitted to EACL 2026",
        "Accepted",
        "accepted at a peer-reviewed journal",
        "This builds upon our earlier paper presented at CVPR 2024",
    ],
)
def test_what_is_in_doubt_is_no_venue(comment: str | None) -> None:
    assert find_venue(comment) is None


def test_journal_reference_comes_first() -> None:
    venue = find_venue("Accepted at AAAI 2026", "Journal of Kettles 3 (2026) 1-9")
    assert venue == Venue(PUBLISHED, "Journal of Kettles 3 (2026) 1-9")


def test_anonymous_mirror_is_a_kind_of_its_own() -> None:
    (link,) = find_links("Code: https://anonymous.4open.science/r/kettle-1A2B/")
    assert (link.kind, link.host) == (LinkKind.ANONYMOUS, "anonymous.4open.science")
    assert find_links("see https://anonymous.4open.science") == ()
