"""Canonical names of arXiv's categories.

Source: https://arxiv.org/category_taxonomy and arXiv's `base` taxonomy.
"""

import re
from collections.abc import Iterable

_CANONICAL = {
    "math.MP": "math-ph", "stat.TH": "math.ST", "math.IT": "cs.IT", "q-fin.EC": "econ.GN",
    "cs.SY": "eess.SY", "cs.NA": "math.NA",
    # subsumed archives
    "cmp-lg": "cs.CL", "adap-org": "nlin.AO", "comp-gas": "nlin.CG", "chao-dyn": "nlin.CD",
    "solv-int": "nlin.SI", "patt-sol": "nlin.PS", "alg-geom": "math.AG", "dg-ga": "math.DG",
    "funct-an": "math.FA", "q-alg": "math.QA", "mtrl-th": "cond-mat.mtrl-sci",
    "supr-con": "cond-mat.supr-con", "acc-phys": "physics.acc-ph", "ao-sci": "physics.ao-ph",
    "atom-ph": "physics.atom-ph", "bayes-an": "physics.data-an", "chem-ph": "physics.chem-ph",
    "plasm-ph": "physics.plasm-ph",
}  # fmt: skip
_SHAPE = re.compile(r"[a-z]+(?:-[a-z]+)?(?:\.[A-Za-z]+(?:-[A-Za-z]+)?)?")


def canonical_category(name: str) -> str:
    """Return arXiv's current name of a category; unknown names are kept."""
    return _CANONICAL.get(name, name)


def canonical_categories(names: Iterable[str]) -> tuple[str, ...]:
    """Return canonical names without duplicates, in order."""
    return tuple(dict.fromkeys(_CANONICAL.get(name, name) for name in names))


def looks_like_category(name: str) -> bool:
    """Say whether a term has the shape of a category.

    The query API also puts ACM and MSC classes (`I.2.7`) into `category`.
    """
    return bool(_SHAPE.fullmatch(name))
