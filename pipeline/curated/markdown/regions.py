"""Recognise the parts of a list that hold no entries by their headings, in English and Chinese."""

import re
from itertools import dropwhile

from config.headings import clean_heading
from pipeline.curated.types import AsideReason

_NAMES = {
    AsideReason.CONTENTS: (
        "contents", "content", "table of contents", "table of content", "toc", "catalog",
        "catalogue", "quick links", "目录",
    ),
    AsideReason.NEWS: (
        "news", "latest news", "recent news", "updates", "update", "latest updates",
        "recent updates",
        "update log", "update logs", "updates log", "changelog", "change log",
        "announcement",
        "announcements", "what is new", "whats new", "what s new", "news and updates",
        "news updates", "update news", "to do", "todo", "todo list", "roadmap",
        "新闻", "更新", "最新动态", "更新日志", "最新消息",
    ),
    AsideReason.CONTRIBUTING: (
        "contributing", "contribution", "contributions", "contribute", "how to contribute",
        "contributors", "our contributors", "contribution guidelines", "contributing guidelines",
        "want to contribute", "call for contributions", "star history", "stargazers",
        "stargazers over time", "star chart", "license", "licence", "contact", "contact us",
        "contacts", "acknowledgement", "acknowledgements", "acknowledgment", "acknowledgments",
        "acknowledge", "team", "our team", "maintainers", "project maintainers", "sponsors",
        "project maintainers contributors", "authors", "credits", "disclaimer", "tips",
        "star history chart", "about", "about us",
        "贡献", "贡献者", "如何贡献", "许可", "许可证", "联系", "联系我们", "致谢", "星标历史",
    ),
    AsideReason.CITATION: (
        "citation", "citations", "citing", "cite", "cite us", "how to cite", "cite this work",
        "cite our work", "bibtex", "reference bibtex", "citation bibtex", "bibtex citation",
        "citation information", "please cite", "引用",
    ),
}  # fmt: skip
_BY_NAME = {name: reason for reason, names in _NAMES.items() for name in names}
_WORD = re.compile(r"[^\W_]+")
_HAN = re.compile(r"[\u4e00-\u9fff]+")


def region_of(heading: str) -> AsideReason | None:
    """Return why what stands below a heading is no entry, or None."""
    every = _WORD.findall(clean_heading(heading).casefold())
    words = list(dropwhile(str.isdigit, every))
    name = " ".join(words)
    if name in _BY_NAME:
        return _BY_NAME[name]
    # `News 新闻`: both names say the same.
    latin = " ".join(word for word in words if not _HAN.fullmatch(word))
    if latin != name and (reason := _BY_NAME.get(latin)):
        han = " ".join(_HAN.findall(name))
        return reason if _BY_NAME.get(han.replace(" ", "")) == reason else None
    return None
