// Say of one arXiv ID or DOI why its paper is in the list or not.
(() => {
  "use strict";
  const { say, make, paperPage, root } = window.surveyPage;
  const words = window.SURVEY.words;
  const { papers, reasons, said } = window.DECIDED;
  const place = document.getElementById("why");
  const ID = /(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?\/\d{7})(?:v\d+)?/i;

  const DOI = /10\.\d{4,9}[.\d]*\/\S+/;

  const field = make("input", { type: "text", autocomplete: "off", spellcheck: "false", placeholder: "2405.19334" });
  const find = make("button", { type: "button", class: "strong" }, words.why_find);
  const answer = make("div", { class: "answer-of", role: "status" });
  answer.hidden = true;

  const show = () => {
    const typed = field.value.trim();
    if (!typed) return;
    const doi = DOI.exec(typed);
    const id = doi && !/arxiv/i.test(doi[0]) ? `doi:${doi[0].toLowerCase()}` : (ID.exec(typed) ?? [])[1];
    answer.hidden = false;
    if (!id) {
      answer.textContent = words.why_no_id;
      return;
    }
    const decided = Object.hasOwn(papers, id) ? papers[id] : null;
    if (!decided) {
      answer.textContent = say("why_unknown", undefined, { id });
      return;
    }
    const [verdict, reason, day] = decided;
    const sentence = reason >= 0 ? reasons[reason] : said[verdict];
    answer.replaceChildren(make("strong", {}, id), " ", sentence, " ", make("span", { class: "quiet" }, day));
    if (verdict === "in") {
      answer.append(" ", make("a", { href: paperPage(id) }, words.why_open));
    }
  };

  place.append(make("div", { class: "asking" }, make("label", {}, make("span", {}, words.why_ask), field), find), answer);
  find.addEventListener("click", show);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") show();
  });
  if (location.hash.length > 1) {
    field.value = decodeURIComponent(location.hash.slice(1));
    show();
  }
})();
