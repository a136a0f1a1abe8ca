"""The phrases of feeds, by language."""

from collections.abc import Mapping

_EN = {
    "all": "Approved papers",
    "all_subtitle": "Every paper that the survey's reviewers approved.",
    "section_subtitle": "Papers that the survey's reviewers approved for this section.",
    "section_gone": "This section no longer exists.",
    "issues": "Weekly issues",
    "issues_subtitle": "One entry for each weekly issue of the survey.",
    "sections": "Sections",
    "withdrawn": "Withdrawn",
    "withdrawn_said": "This paper was withdrawn at arXiv.",
    "authors_more": "and {n} more authors",
    "in": "Sections: {names}",
    "rationale": "Why it is in the list (a reviewer's sentence, not the authors'):",
    "venue": "Venue: {name}",
    "retracted": "Retracted",
    "retracted_said": "Retracted according to {service} ({details}).",
    "concern": "Expression of concern",
    "concern_said": "Expression of concern according to {service} ({details}).",
    "published_said": "Published in {name} according to {service} ({details}).",
    "machine": "Machine translation by {model}, checked by no person:",
    "links": "Read:",
    "wrong_section": "Wrong section?",
    "accepted_at": "Accepted somewhere?",
    "missing_paper": "Suggest a missing paper",
    "issue": "Issue {week}",
    "issue_days": "Papers approved from {first} to {last}.",
    "issue_empty": "No paper was approved in this week.",
    "ended": "This list ended on {date}",
    "ended_said": "No papers and no issues follow. What was published stays here.",
    "separator": ", ",
}
_ZH = {
    "all": "已收录论文",
    "all_subtitle": "综述评审者批准的全部论文。",
    "section_subtitle": "综述评审者批准收入本节的论文。",
    "section_gone": "本节已不存在。",
    "issues": "每周简报",
    "issues_subtitle": "综述每期周报一条。",
    "sections": "分节",
    "withdrawn": "已撤稿",
    "withdrawn_said": "本文已在 arXiv 撤稿。",
    "authors_more": "等另外 {n} 位作者",
    "in": "分节:{names}",
    "rationale": "收录理由(评审者所写,非作者所写):",
    "venue": "发表于:{name}",
    "retracted": "已撤稿(期刊)",
    "retracted_said": "据 {service},本文已被撤稿({details})。",
    "concern": "编辑关切声明",
    "concern_said": "据 {service},本文有编辑关切声明({details})。",
    "published_said": "据 {service},本文发表于 {name}({details})。",
    "machine": "{model} 机器翻译,未经人工校对:",
    "links": "阅读:",
    "wrong_section": "分节有误?",
    "accepted_at": "已被录用?",
    "missing_paper": "推荐遗漏的论文",
    "issue": "第 {week} 期",
    "issue_days": "{first} 至 {last} 批准的论文。",
    "issue_empty": "本周没有批准论文。",
    "ended": "本列表已于 {date} 停止更新",
    "ended_said": "此后不再增加论文和周报,已发布的内容保留在此。",
    "separator": "、",
}
_WORDS: Mapping[str, Mapping[str, str]] = {"en": _EN, "zh": _ZH}


def say(language: str, key: str, **values: object) -> str:
    """Return a phrase with its {names} filled in."""
    return _WORDS[language][key].format_map(values)
