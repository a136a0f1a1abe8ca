"""The flow as a paragraph for the methods section of a paper."""

from collections.abc import Sequence

from pipeline.publish.prisma.flow import Box, Flow

_TEXTS = {
    "en": (
        "Records were identified from arXiv ({where}{when}) using Living Survey {version}"
        " (n = {identified})."
        " Papers that both the curated list and arXiv brought were counted once (n = {removed});"
        " repeated harvests of a paper are not duplicates. This left {papers} papers."
        " A text classifier ordered them by their probability of being in scope and set papers"
        " below {limit} % aside. Not screened were n = {not_screened}."
        " Titles and abstracts were screened of n = {screened}."
        " Excluded were n = {excluded}. Deferred were n = {deferred}."
        " Included were n = {included}."
        " Counts are of {as_of} and follow PRISMA 2020."
    ),
    "zh": (
        "我们使用 Living Survey {version} 从 arXiv（{where}{when}）识别记录（n = {identified}）。"
        "人工维护的列表与 arXiv 共有的论文只计一次（n = {removed}），重复收割同一论文不算重复记录，"
        "由此得到 {papers} 篇论文。"
        "文本分类器按属于综述范围的概率排序，概率低于 {limit}% 的论文被搁置。"
        "未筛选 n = {not_screened}。"
        "对标题和摘要进行筛选 n = {screened}。"
        "排除 n = {excluded}。推迟 n = {deferred}。"
        "最终纳入 n = {included}。"
        "统计日期为 {as_of}，流程依据 PRISMA 2020。"
    ),
}
_WHERE = {"en": ("categories ", "all categories", ", "), "zh": ("类别 ", "所有类别", "、")}
_WHEN = {
    "en": ", announced between {first} and {last}",
    "zh": "，公布日期为 {first} 至 {last}",
}
#: before and between the parts of a number
_MARKS = {"en": (": ", "; "), "zh": ("：", "；")}


def paragraph(
    flow: Flow, *, version: str, categories: Sequence[str], set_aside_below: float
) -> str:
    """Return the paragraph in the flow's language.

    Args:
        flow: its numbers.
        version: of Living Survey.
        categories: of arXiv that are read; empty: all.
        set_aside_below: probability below which papers are set aside.
    """
    named, every, between = _WHERE[flow.language]
    period = flow.period
    when = _WHEN[flow.language].format(first=period.first, last=period.last) if period else ""
    boxes = {box.key: _number(box, flow.language) for box in flow.boxes}
    return _TEXTS[flow.language].format(
        where=named + between.join(categories) if categories else every,
        when=when,
        version=version,
        limit=f"{set_aside_below * 100:g}",
        as_of=flow.as_of,
        **boxes | {"removed": f"{flow.removed.papers:,}"},
    )


def _number(box: Box, language: str) -> str:
    before, between = _MARKS[language]
    parts = between.join(f"{part.name} {part.papers:,}" for part in (*box.parts, *box.of_these))
    return f"{box.papers:,}" + (f"{before}{parts}" if parts else "")
