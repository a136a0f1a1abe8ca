"""Draw docs/images/architecture.svg: the flow of a paper, and the layers with their imports.

Layers are read from pyproject.toml, arrows from the import graph. An import that also exists by way
of another package is left out, so that about half of the arrows remain.
"""

import ast
import textwrap
import tomllib
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import escape

import grimp

_ROOT = Path(__file__).resolve().parents[2]

_BOX_WIDTH, _BOX_HEIGHT = 200, 66
_COLUMN, _ROW = 232, 104
_LEFT, _TOP = 30, 226
_TEXT_COLUMNS = 30
_TEXT_LINES = 2

#: where a box is in its row, in columns from the left; chosen so that few arrows cross a box
_COLUMNS: Mapping[str, float] = {
    "cli": 1.5,
    "operate": 0,
    "run": 1,
    "review": 2,
    "publish": 3,
    "taxonomy": 0,
    "enrich": 3,
    "suggestions": 3,
    "curated": 0,
    "ingest": 1,
    "learn": 2,
    "runtime": 1.5,
    "demo": 3,
    "storage": 1,
    "classifiers": 2,
    "config": 1.5,
}

_FLOW = (
    ("arXiv", ""),
    ("ingest", "papers"),
    ("learn", "predictions"),
    ("review", "decisions"),
    ("publish", "digests"),
)

_STYLE = """\
  .page { fill: #ffffff } .box { fill: #f3f6fa; stroke: #57606a } .name { fill: #1f2328 }
  .text, .data { fill: #57606a } .line { stroke: #0969da; fill: none } .head { fill: #0969da }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117 } .box { fill: #1c2430; stroke: #8b949e } .name { fill: #e6edf3 }
    .text, .data { fill: #9da7b3 } .line { stroke: #58a6ff } .head { fill: #58a6ff }
  }
  text { font-family: system-ui, sans-serif; font-size: 11px }
  .name { font-weight: 600; font-size: 14px } .heading { font-size: 15px }
  .line { stroke-width: 1.4 } .box { stroke-width: 1 }
"""

_ARROW_HEAD = """\
<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" \
orient="auto"><path class="head" d="M0,0L8,4L0,8z"/></marker></defs>"""


def architecture_svg() -> str:
    """Return the picture as SVG text, readable on a light and on a dark page."""
    layers = _layers()
    rows = {name: row for row, layer in enumerate(layers) for name in layer}
    width = _LEFT * 2 + _COLUMN * 3 + _BOX_WIDTH
    height = _TOP + _ROW * (len(layers) - 1) + _BOX_HEIGHT + 24
    places = {
        name: (_LEFT + _COLUMNS[name] * _COLUMN, _TOP + row * _ROW) for name, row in rows.items()
    }
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">',
            "<title>The stages of Living Survey and the layers they form</title>",
            f"<style>\n{_STYLE}</style>",
            _ARROW_HEAD,
            f'<rect class="page" width="{width}" height="{height}"/>',
            *_flow(width),
            _heading(_TOP - 34, "Layers: an arrow is an import; each imports only those below it"),
            *(_arrow(places[above], places[below]) for above, below in sorted(_arrows(set(rows)))),
            *(_box(name, *place) for name, place in places.items()),
            "</svg>\n",
        )
    )


def _layers() -> list[list[str]]:
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    [pipeline] = [c["layers"] for c in contracts if c.get("containers") == ["pipeline"]]
    [packages] = [c["layers"] for c in contracts if c["type"] == "layers" and "containers" not in c]
    lines = [*pipeline, *packages[1:]]
    return [
        [name.strip() for name in line.split("|")] for line in lines if line.strip() != "__main__"
    ]


def _arrows(names: set[str]) -> set[tuple[str, str]]:
    """Return the imports between packages that follow from no others."""
    graph = grimp.build_graph("pipeline", "classifiers", "storage", "config", cache_dir=None)
    imported: dict[str, set[str]] = defaultdict(set)
    for module in graph.modules:
        for other in graph.find_modules_directly_imported_by(module):
            above, below = _package(module), _package(other)
            if above != below and {above, below} <= names:
                imported[above].add(below)
    return {
        (above, below)
        for above, directly in imported.items()
        for below in directly
        if not any(below in _reachable(imported, other) for other in directly - {below})
    }


def _package(module: str) -> str:
    parts = module.split(".")
    return parts[1] if parts[0] == "pipeline" and len(parts) > 1 else parts[0]


def _reachable(imported: Mapping[str, set[str]], start: str) -> set[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        for name in imported.get(waiting.pop(), set()) - found:
            found.add(name)
            waiting.append(name)
    return found


def _flow(width: int) -> list[str]:
    lines = [_heading(34, "From arXiv to a digest: each stage stores what the next one reads")]
    step = (width - 2 * _LEFT - 120) / (len(_FLOW) - 1)
    for number, (name, produces) in enumerate(_FLOW):
        x = _LEFT + number * step
        lines.append(f'<rect class="box" x="{x:.0f}" y="76" width="120" height="44" rx="6"/>')
        lines.append(
            f'<text class="name" x="{x + 60:.0f}" y="103" text-anchor="middle">{name}</text>'
        )
        if produces:
            lines.append(
                f'<text class="data" x="{x + 60:.0f}" y="138" text-anchor="middle">'
                f"stores {produces}</text>"
            )
        if number:
            lines.append(
                f'<path class="line" marker-end="url(#head)" '
                f'd="M{x - step + 122:.0f},98H{x - 2:.0f}"/>'
            )
    # decisions train the next model
    back, to = _LEFT + 3 * step + 60, _LEFT + 2 * step + 60
    lines.append(
        f'<path class="line" marker-end="url(#head)" '
        f'd="M{back:.0f},75C{back:.0f},48 {to:.0f},48 {to:.0f},74"/>'
    )
    lines.append(
        f'<text class="data" x="{back + 6:.0f}" y="60">decisions train the next model</text>'
    )
    return lines


def _heading(y: int, text: str) -> str:
    return f'<text class="name heading" x="{_LEFT}" y="{y}">{text}</text>'


def _arrow(above: tuple[float, float], below: tuple[float, float]) -> str:
    x1, y1 = above[0] + _BOX_WIDTH / 2, above[1] + _BOX_HEIGHT
    x2, y2 = below[0] + _BOX_WIDTH / 2, below[1] - 2
    # leave and enter towards the other box
    lean = max(-70.0, min(70.0, (x2 - x1) / 4))
    x1, x2 = x1 + lean, x2 - lean
    bend = (y2 - y1) * 0.45
    return (
        f'<path class="line" marker-end="url(#head)" d="M{x1:.0f},{y1:.0f}'
        f'C{x1:.0f},{y1 + bend:.0f} {x2:.0f},{y2 - bend:.0f} {x2:.0f},{y2:.0f}"/>'
    )


def _box(name: str, x: float, y: float) -> str:
    lines = textwrap.wrap(_description(name), _TEXT_COLUMNS)
    if len(lines) > _TEXT_LINES:
        lines = [*lines[: _TEXT_LINES - 1], f"{lines[_TEXT_LINES - 1].rstrip('.,:;')} ..."]
    texts = "".join(
        f'<text class="text" x="{x + 12:.0f}" y="{y + 39 + 15 * number:.0f}">{escape(line)}</text>'
        for number, line in enumerate(lines)
    )
    return (
        f'<rect class="box" x="{x:.0f}" y="{y:.0f}" width="{_BOX_WIDTH}" height="{_BOX_HEIGHT}" '
        f'rx="6"/><text class="name" x="{x + 12:.0f}" y="{y + 21:.0f}">{name}</text>{texts}'
    )


def _description(name: str) -> str:
    """Return the first sentence of a package's or module's docstring."""
    for path in (f"pipeline/{name}/__init__.py", f"{name}/__init__.py", f"pipeline/{name}.py"):
        if (_ROOT / path).exists():
            docstring = ast.get_docstring(ast.parse((_ROOT / path).read_text(encoding="utf-8")))
            return (docstring or "").split("\n\n")[0].split(". ")[0].replace("\n", " ").rstrip(".")
    return ""
