"""Map arXiv's groups, archives and categories to OAI sets and feed names.

The table `sets.tsv` holds setSpec and name in the order in which the OAI service lists them.
"""

from functools import cache
from importlib import resources

#: a paper may carry either name of a category; a feed for one finds both
#: (https://arxiv.org/category_taxonomy, "alias for")
ALIASES = {
    "math.MP": "math-ph",
    "stat.TH": "math.ST",
    "math.IT": "cs.IT",
    "q-fin.EC": "econ.GN",
    "cs.SY": "eess.SY",
    "cs.NA": "math.NA",
}


@cache
def all_sets() -> tuple[tuple[str, str], ...]:
    """Return (setSpec, setName), groups first, then archives, then categories."""
    text = resources.files(__package__).joinpath("sets.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines())
    return tuple((spec, name) for spec, name in rows)


@cache
def _by_category() -> dict[str, tuple[str, str]]:
    found = {}
    for spec, name in all_sets():
        parts = spec.split(":")
        if len(parts) == 3:
            found[f"{parts[1]}.{parts[2]}"] = (spec, name)
        elif len(parts) == 2:
            found[parts[1]] = (spec, name)
    return found


def category_set(category: str) -> str | None:
    """Return the setSpec of a category (`cs.CV` is `cs:cs:CV`); None for retired ones."""
    known = _by_category().get(category)
    return known[0] if known else None


@cache
def categories_in(set_name: str) -> tuple[str, ...]:
    """Return the categories of a set: of a group, an archive, or one category."""
    return tuple(
        name
        for name, (spec, _) in _by_category().items()
        if spec == set_name or spec.startswith(f"{set_name}:")
    )


def category_name(category: str) -> str:
    """Return the name as oai_dc writes it, or the category itself where arXiv has none."""
    known = _by_category().get(category)
    return known[1] if known else category


@cache
def archives() -> tuple[str, ...]:
    """Return the archive names a feed may be asked for, in alphabetic order."""
    return (*sorted({spec.split(":")[1] for spec, _ in all_sets() if ":" in spec}), "test")


@cache
def subject_classes(archive: str) -> tuple[str, ...]:
    """Return the categories of an archive, in alphabetic order; itself where it has none."""
    within = sorted(name for name in _by_category() if name.startswith(f"{archive}."))
    return tuple(within) or (archive,)
