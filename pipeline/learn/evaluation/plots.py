"""Draw the plots of an evaluation: reliability, learning curve, recall of replays.

matplotlib is imported on first use because importing it takes about a second.
"""

import io
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from classifiers.measure.metrics import ReliabilityBin
from classifiers.measure.simulation import Simulation
from pipeline.learn.evaluation.report import CUE_WORDS, CurvePoint, EvaluationReport, curve_point

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: light colour -> the page's CSS variable for it, which dark mode and print redefine
COLOURS = {
    "#1d1f24": "var(--ink)",
    "#585c66": "var(--soft)",
    "#d8d3c6": "var(--rule)",
    "#8a2b21": "var(--series-1)",
    "#1f6f78": "var(--series-2)",
    "#b07a12": "var(--series-3)",
    "#5b4a9c": "var(--series-4)",
    "#4c7a34": "var(--series-5)",
}
INK, SOFT, RULE, *SERIES = COLOURS

#: inches; the page scales drawings to its own width
_PANEL, _HEIGHT = 2.6, 2.7
_SETTINGS = {
    "svg.fonttype": "none",
    # ids of clip paths come from a hash: a fixed salt gives the same bytes every time
    "svg.hashsalt": "living-survey",
    "axes.edgecolor": RULE,
    "axes.labelcolor": SOFT,
    "axes.titlecolor": INK,
    "axes.titlesize": 11,
    "axes.titleweight": "normal",
    "axes.labelsize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "font.size": 10,
    "grid.color": RULE,
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "legend.labelcolor": INK,
    "text.color": INK,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
}
#: without them the file has no RDF block
_NO_METADATA = dict.fromkeys(("Date", "Creator", "Format", "Type"))


def reliability_plot(report: EvaluationReport) -> str:
    """Return predicted against observed shares, for scope and each facet, as an SVG element."""
    found = report.described.evaluation
    panels = [("in scope", found.scope.reliability)]
    panels += [(facet.facet, facet.reliability) for facet in found.facets]

    def draw(axes: "Sequence[Axes]") -> None:
        for place, (name, bins) in enumerate(panels):
            _reliability(axes[place], name, bins)
            axes[place].set_xlabel("predicted")
        axes[0].set_ylabel("observed")

    return _drawn("reliability", draw, panels=len(panels))


def learning_plot(report: EvaluationReport) -> str:
    """Return the learning curves, one panel per measure, as an SVG element."""
    curves, facets = report.curves, [facet.facet for facet in report.recipe.evaluation.facets]
    counts = [point.decisions for point in curves[report.recipe.name]]
    names = ["in scope, AP", "in scope, WSS@95", *(f"{facet}, top 1" for facet in facets)]
    # Cue words do not learn, so their curve is a horizontal line.
    untrained = [
        _values(curve_point(0, c), facets) for c in report.candidates if c.name == CUE_WORDS
    ]

    def draw(axes: "Sequence[Axes]") -> None:
        for place, (ax, title) in enumerate(zip(axes, names, strict=True)):
            for values in untrained:
                ax.axhline(values[place], color=SOFT, linestyle=":", linewidth=1.2, label=CUE_WORDS)
            for number, (name, points) in enumerate(curves.items()):
                ax.plot(
                    [counts.index(point.decisions) for point in points],
                    [_values(point, facets)[place] for point in points],
                    color=SERIES[number % len(SERIES)],
                    marker="osD^v"[number % 5],
                    markersize=4,
                    linewidth=2.0 if name == report.recipe.name else 1.2,
                    label=name,
                )
            ax.set_title(title)
            ax.set_xticks(range(len(counts)), [_short(count) for count in counts])
            ax.set_xlabel("decisions")
            ax.grid(visible=True, axis="y")
        lines, labels = axes[0].get_legend_handles_labels()
        axes[0].figure.legend(lines, labels, loc="outside lower center", ncols=3)

    return _drawn("learning", draw, panels=len(names), height=_HEIGHT + 0.6)


def recall_plot(replays: Sequence[Simulation]) -> str:
    """Return recall over papers read, one panel per order and one line per rule."""
    orders = list(dict.fromkeys(replay.order for replay in replays))
    rules = list(dict.fromkeys(replay.rule for replay in replays))

    def draw(axes: "Sequence[Axes]") -> None:
        for ax, order in zip(axes, orders, strict=True):
            ax.plot([0, 1], [0, 1], color=RULE, linestyle="--", linewidth=1)
            for replay in replays:
                if replay.order == order:
                    number = rules.index(replay.rule)
                    reads = [0.0, *(read / replay.papers for read, _ in replay.curve)]
                    ax.plot(
                        reads,
                        [0.0, *(share for _, share in replay.curve)],
                        color=SERIES[number],
                        linestyle=("-", "-.")[number % 2],
                        label=replay.rule,
                    )
            ax.set_title(f"{order} first" if order != "mixed" else "mixed")
            ax.set_xlabel("papers read")
            _unit(ax)
        axes[0].set_ylabel("relevant found")
        axes[0].legend(loc="lower right", fontsize=9)

    return _drawn("recall", draw, panels=len(orders))


def _values(point: CurvePoint, facets: Sequence[str]) -> list[float]:
    found = dict(point.facets)
    scope = [point.average_precision, point.work_saved_at_95]
    return [*scope, *(found.get(facet, float("nan")) for facet in facets)]


def _short(count: int) -> str:
    return f"{count // 1000}k" if count and not count % 1000 else str(count)


def _reliability(ax: "Axes", name: str, bins: Sequence[ReliabilityBin]) -> None:
    most = max((each.count for each in bins), default=1)
    ax.plot([0, 1], [0, 1], color=RULE, linestyle="--", linewidth=1)
    ax.plot(
        [each.promised for each in bins],
        [each.came for each in bins],
        color=SERIES[0],
        linewidth=1.2,
    )
    ax.scatter(
        [each.promised for each in bins],
        [each.came for each in bins],
        s=[12 + 90 * each.count / most for each in bins],
        color=SERIES[0],
        zorder=3,
        clip_on=False,
    )
    ax.set_title(name)
    _unit(ax)


def _unit(ax: "Axes") -> None:
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1.03)
    ax.set_xticks([0, 0.5, 1], ["0", ".5", "1"])
    ax.set_yticks([0, 0.5, 1], ["0", ".5", "1"])
    ax.grid(visible=True)


def _drawn(name: str, draw: Any, *, panels: int, height: float = _HEIGHT) -> str:
    """Draw the panels without pyplot, which would keep every figure in memory."""
    from matplotlib import rc_context  # noqa: PLC0415  see above
    from matplotlib.figure import Figure  # noqa: PLC0415  see above

    with rc_context(_SETTINGS):  # type: ignore[arg-type]  # the stubs want a literal of its keys
        figure: Figure = Figure(figsize=(_PANEL * panels, height), layout="constrained")
        figure.patch.set_alpha(0)
        axes = figure.subplots(1, panels, squeeze=False)[0]
        for ax in axes:
            ax.patch.set_alpha(0)
            ax.set_axisbelow(True)
        draw(list(axes))
        buffer = io.BytesIO()
        figure.savefig(buffer, format="svg", metadata=_NO_METADATA)
    return _embedded(buffer.getvalue().decode("utf-8"), name)


def _embedded(drawing: str, name: str) -> str:
    """Return an SVG document as an element whose colours are the page's and whose ids are its own.

    Args:
        drawing: the output of matplotlib.
        name: prefix of every id, so that ids of two drawings do not collide.
    """
    element = drawing[drawing.index("<svg") :]
    for colour, variable in COLOURS.items():
        element = element.replace(colour, variable)
    return re.sub(r'( id="|href="#|url\(#)', rf"\g<1>{name}-", element)
