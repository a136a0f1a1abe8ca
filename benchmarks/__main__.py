"""Run benchmarks and print a table: `python -m benchmarks [NAME...] [--quick] [--rounds N]`."""

import argparse
import os
import platform
from collections.abc import Callable, Iterator

from benchmarks import (
    agreement,
    claims,
    classifier_speed,
    corpus,
    crowd,
    desk,
    first_order,
    ingest,
    issues,
    lists,
    reviewers,
    site,
)
from benchmarks.measure import Row, Size, header, show

BENCHMARKS: dict[str, Callable[[Size], Iterator[Row]]] = {
    "oai": ingest.oai,
    "snapshot": ingest.snapshot,
    "run": ingest.nothing_new,
    "transform": classifier_speed.transform,
    "train": classifier_speed.training,
    "score": classifier_speed.scoring,
    "explain": classifier_speed.explaining,
    "follow": classifier_speed.following,
    "classify": classifier_speed.classify,
    "first": first_order.first,
    "corpus": corpus.corpus,
    "desk": desk.desk,
    "reviewers": reviewers.reviewers,
    "claims": claims.claims,
    "crowd": crowd.crowd,
    "lists": lists.styles,
    "bootstrap": lists.speed,
    "insertion": lists.insertion,
    "digest": issues.digest,
    "site": site.site,
    "lint": lists.linted,
    "agreement": agreement.agreement,
}


def main() -> None:
    """Run the named benchmarks, or all; print each row when it is measured."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure the product against baselines of the same run.",
        epilog="\n".join(f"  {name:<10} {run.__doc__}" for name, run in BENCHMARKS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="see below; all by default")
    parser.add_argument(
        "--quick", action="store_true", help="tiny sizes, to check that the benchmarks work"
    )
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="median of N (3)")
    words = parser.parse_args()
    if unknown := [name for name in words.names if name not in BENCHMARKS]:
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    size = Size(quick=words.quick, rounds=1 if words.quick else max(1, words.rounds))
    load = ", ".join(f"{average:.1f}" for average in os.getloadavg())
    print(
        f"{os.cpu_count()} CPUs, load {load}, Python {platform.python_version()}, "
        f"median of {size.rounds}{', sizes too small to judge' if size.quick else ''}"
    )
    header()
    for name in words.names or BENCHMARKS:
        show(BENCHMARKS[name](size), judged=not size.quick)


if __name__ == "__main__":
    main()
