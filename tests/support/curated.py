"""A small fictional list in the survey's format, with faults."""

from collections.abc import Iterator

from pipeline.curated.types import CuratedList, Entry, Heading, UnreadableEntry

Item = Heading | Entry | UnreadableEntry

FIRST = (
    "+ **[ICLR 2025 Spotlight] Lantern: Guiding Image Drawing with Planning Models**"
    " (12 Feb 2025)<details><summary>Ada Example, Bo Sample, et al.</summary>"
    "Ada Example, Bo Sample, Cy Person</details></details>\n"
    "[![Paper](https://img.shields.io/badge/arXiv-b31b1b.svg)](https://arxiv.org/abs/2502.00001v2)\n"
    "[![citation](https://img.shields.io/badge/citation-7-blue.svg?paper=0123abc)]"
    "(https://www.semanticscholar.org/paper/0123abc)\n"
    "[![Code](https://img.shields.io/github/stars/ada/lantern.svg?style=social&label=Star)]"
    "(https://github.com/ada/lantern)\n"
    "[![Project_Page](https://img.shields.io/badge/Project_Page-00CED1)](https://lantern.example/)"
    "`tokenizer`"
)
LIST = f"""<h2>A survey of fictional papers</h2>

# Contents
- [Drawing](#drawing)
  - [Plans](#plans)

# Tips
- **Search**: press `ctrl + F`.

# Drawing

## Plans
****

{FIRST}

<!-- + **Hidden: Not Shown** (1 Jan 2024)
[![Paper](https://img.shields.io/badge/arXiv-b31b1b.svg)](https://arxiv.org/abs/2401.00009) -->

+ **[Brush] Painting Words over
Two Lines** (Nov 6, 2024)\\
Example, Ada, Bo Sample, and Cy Person.\\
[![Paper](https://img.shields.io/badge/arXiv-b31b1b.svg)](https://arxiv.org/pdf/2411.00002.pdf)
Tags: `customization`

## Data
+ **Canvas: A Data Set**  (Aug 2024 )
  <details><summary>[CVPR 2024] Ada Example (NeurIPS)</summary></details>

  [![Paper](https://img.shields.io/badge/arXiv-b31b1b.svg)](http://export.arxiv.org/abs/2408.00003)

+ **Easel: No Paper at Arxiv** (1 Mar 2024)
[![Paper](https://img.shields.io/badge/arXiv-b31b1b.svg)](https://conference.example/easel.pdf)

+ **Lantern: Guiding Image Drawing with Planning Models** (12 Feb 2025)
[![Paper](https://img.shields.io/badge/arXiv-b31b1b.svg)](https://arxiv.org/abs/2502.00001)

+ **A Quite Different Work on Sounds** (2 Mar 2025)
[![Paper](https://img.shields.io/badge/arXiv-b31b1b.svg)](https://arxiv.org/abs/2502.00001)

+ **Never closed (3 Mar 2025)
[![Paper](https://img.shields.io/badge/arXiv-b31b1b.svg)](https://arxiv.org/abs/2503.00004)

# Citation
```bib
+ **Not an entry** (1 Jan 2024)
```
"""


def pieces(
    curated: CuratedList,
) -> Iterator[tuple[Heading | Entry | UnreadableEntry | None, bytes]]:
    """Yield the file as consecutive pieces: the item of each (None for a gap) and its bytes."""
    position = 0
    items: list[Item] = [
        *curated.headings,
        *curated.entries,
        *curated.unreadable,
    ]
    for item in sorted(items, key=lambda item: item.span):
        start, end = item.span
        if position < start:
            yield None, curated.files[0].data[position:start]
        yield item, curated.files[0].data[start:end]
        position = end
    if position < len(curated.files[0].data):
        yield None, curated.files[0].data[position:]
