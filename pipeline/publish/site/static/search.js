// Search and filters, in the browser alone. Words are looked for as written, without case and accents;
// Chinese text has no blanks, so every run of it is looked for anywhere.
(() => {
  "use strict";
  const { say, count, make, equip, isNew, load, paperPage, root, since } = window.surveyPage;
  const words = window.SURVEY.words;
  const { sections, rows } = window.PAPERS;
  const AT_ONCE = 50;
  const NAMED = 5;
  const place = document.getElementById("search");

  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const names = sections.map((one) => plain(`${one.name} ${one.other} ${one.labels}`));
  const papers = rows.map(([id, title, authors, own, day, at, code, claim, venue, flag], number) => ({
    id, title, authors, own, day, at, code, claim, venue, flag, number,
    inTitle: plain(title),
    inAuthors: plain(authors),
    inNames: plain(`${own.map((one) => names[one]).join(" ")} ${venue} ${id}`),
    inText: plain(claim),
  }));

  let asked = "";
  let shown = AT_ONCE;

  const field = (label, control) => make("label", {}, make("span", {}, label), control);
  const choice = (options) => {
    const control = make("select");
    for (const [value, text] of options) control.append(make("option", { value }, text));
    return control;
  };
  const tick = (label) => {
    const box = make("input", { type: "checkbox" });
    return [box, make("label", {}, box, label)];
  };

  const query = make("input", { type: "search", "aria-label": words.search_label, autocomplete: "off", spellcheck: "false" });
  const section = choice([["", words.search_any], ...sections.map((one, at) => [at, one.name])]);
  const years = [...new Set(papers.map((one) => one.day.slice(0, 4)).filter(Boolean))].sort().reverse();
  const year = choice([["", words.search_any], ...years.map((one) => [one, one])]);
  const order = choice([["best", words.order_best], ["newest", words.order_newest]]);
  const [code, codeLabel] = tick(words.search_code);
  const [fresh, freshLabel] = tick(words.search_new);
  const found = make("p", { id: "found", role: "status" });
  const list = make("ol", { class: "papers" });
  const more = make("button", { type: "button", class: "more" }, words.show_more);

  const ticks = make("div", { class: "ticks" }, codeLabel);
  if (since !== "") ticks.append(freshLabel);
  place.append(
    query,
    make("div", { class: "search-fields" }, field(words.search_section, section), field(words.search_year, year), field(words.search_order, order)),
    ticks, found, list, more,
  );
  document.getElementById("without-search").hidden = true;

  // A run of Chinese characters, or what blanks divide.
  const termsOf = (text) => plain(text).match(/\p{Script=Han}+|[^\s\p{Script=Han}]+/gu) ?? [];

  const score = (paper, terms) => {
    let total = 0;
    for (const term of terms) {
      let best = 0;
      const at = paper.inTitle.indexOf(term);
      if (at >= 0) best = at === 0 || /[^\p{L}\p{N}]/u.test(paper.inTitle[at - 1]) ? 12 : 8;
      else if (paper.inAuthors.includes(term)) best = 6;
      else if (paper.inNames.includes(term)) best = 4;
      else if (paper.inText.includes(term)) best = 2;
      if (!best) return 0;
      total += best;
    }
    return total;
  };

  const marked = (text, terms) => {
    const lower = text.toLowerCase();
    const piece = document.createDocumentFragment();
    // Offsets hold only where folding left the length as it was.
    if (!terms.length || plain(text).length !== text.length || lower.length !== text.length) {
      piece.append(text);
      return piece;
    }
    const folded = plain(text);
    let end = 0;
    while (end < text.length) {
      let first = -1;
      let size = 0;
      for (const term of terms) {
        const at = folded.indexOf(term, end);
        if (at >= 0 && (first < 0 || at < first || (at === first && term.length > size))) {
          first = at;
          size = term.length;
        }
      }
      if (first < 0) break;
      piece.append(text.slice(end, first), make("mark", {}, text.slice(first, first + size)));
      end = first + size;
    }
    piece.append(text.slice(end));
    return piece;
  };

  const authorsOf = ({ authors }) => {
    const all = authors.split(", ");
    return all.length > NAMED + 1
      ? say("authors_cut", all.length, { names: all.slice(0, NAMED).join(", ") })
      : authors;
  };
  const language = document.documentElement.lang;
  const days = new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, { dateStyle: "long", timeZone: "UTC" });
  const dayOf = (day) => day && days.format(new Date(`${day}T00:00:00Z`));

  const item = (paper, terms) => {
    const link = make("a", { href: paperPage(paper.id) }, marked(paper.title, terms));
    const meta = make("p", { class: "meta" });
    const own = paper.own.map((one) => sections[one].name).join("; ");
    if (paper.flag) meta.append(make("strong", { class: "flag" }, paper.flag), " ");
    for (const text of [dayOf(paper.day), own, paper.venue].filter(Boolean)) {
      meta.append(make("span", meta.childNodes.length ? { class: "dot" } : {}, text), " ");
    }
    const made = make(
      "li", { class: "paper", "data-paper": paper.id, "data-at": paper.at },
      make("h2", { class: "name", lang: "en", dir: "auto" }, link),
      make("p", { class: "by", dir: "auto" }, marked(authorsOf(paper), terms)),
    );
    if (paper.claim) made.append(make("p", { class: "claim", lang: "en", dir: "auto" }, paper.claim));
    made.append(meta);
    equip(made);
    return made;
  };

  const show = () => {
    const terms = termsOf(query.value);
    const fits = papers.filter((paper) =>
      (section.value === "" || paper.own.includes(Number(section.value)))
      && (year.value === "" || paper.day.startsWith(year.value))
      && (!code.checked || paper.code)
      && (!fresh.checked || isNew(paper.at)));
    let best = fits;
    if (terms.length) {
      const ranked = fits.map((paper) => [score(paper, terms), paper]).filter(([points]) => points);
      if (order.value === "best") ranked.sort((a, b) => b[0] - a[0] || a[1].number - b[1].number);
      best = ranked.map(([, paper]) => paper);
    }
    found.textContent = best.length ? count("found", best.length) : say("found_none");
    list.replaceChildren(...best.slice(0, shown).map((paper) => item(paper, terms)));
    more.hidden = best.length <= shown;
  };

  const address = () => {
    const state = new URLSearchParams();
    if (query.value) state.set("q", query.value);
    if (section.value !== "") state.set("section", sections[section.value].id);
    if (year.value) state.set("year", year.value);
    if (code.checked) state.set("code", "1");
    if (fresh.checked) state.set("new", "1");
    if (order.value !== "best") state.set("order", order.value);
    const text = state.toString();
    history.replaceState(null, "", text ? `#${text}` : location.pathname + location.search);
  };

  const read = () => {
    const state = new URLSearchParams(location.hash.slice(1));
    query.value = state.get("q") ?? "";
    const at = sections.findIndex((one) => one.id === state.get("section"));
    section.value = at < 0 ? "" : String(at);
    year.value = years.includes(state.get("year")) ? state.get("year") : "";
    code.checked = state.has("code");
    fresh.checked = state.has("new") && since !== "";
    order.value = state.get("order") === "newest" ? "newest" : "best";
  };

  const changed = () => {
    const now = [query.value, section.value, year.value, code.checked, fresh.checked, order.value].join("\n");
    if (now === asked) return;
    asked = now;
    shown = AT_ONCE;
    address();
    show();
  };

  for (const control of [query, section, year, order, code, fresh]) {
    control.addEventListener("input", changed);
  }
  more.addEventListener("click", () => {
    shown += AT_ONCE;
    show();
  });
  window.addEventListener("hashchange", () => {
    read();
    changed();
  });

  read();
  show();
  if (!/Mobi/.test(navigator.userAgent)) query.focus({ preventScroll: true });

  // The abstracts are many; they follow when the page is usable.
  const index = document.querySelector('script[src*="search-index.js"]').src;
  load(`search-text.js${new URL(index).search}`).then(() => {
    window.ABSTRACTS.forEach((text, number) => {
      papers[number].inText = plain(text);
    });
    place.dataset.complete = "";
    if (query.value) show();
  }, () => { /* titles are searched all the same */ });
})();
