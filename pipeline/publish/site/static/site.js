// What every page does with a script: mark what is new since the last visit, select papers for
// BibTeX, say whether the promise is kept. Nothing leaves the browser.
(() => {
  "use strict";
  const survey = window.SURVEY;
  if (!survey) return;
  const words = survey.words;
  const root = new URL("..", document.currentScript.src);
  const VISIT_ENDS = 30 * 60 * 1000;

  const say = (key, number, values = {}) => {
    const filled = { n: number === undefined ? "" : number.toLocaleString("en"), ...values };
    return words[key].replace(/\{(\w+)\}/g, (whole, name) => filled[name] ?? whole);
  };
  const count = (key, number) => say(number === 1 ? `${key}_one` : `${key}_many`, number);
  const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name === "class") element.className = value;
      else element.setAttribute(name, value);
    }
    element.append(...children);
    return element;
  };
  // As `key_stem` does: signs of a DOI as a hyphen and two hexadecimal digits.
  const sign = (one) => `-${one.charCodeAt(0).toString(16).padStart(2, "0")}`;
  const stem = (id) => (id.startsWith("doi:") ? `doi-${id.slice(4).replace(/[^a-z0-9.]/g, sign)}` : id);
  const file = (id) => encodeURIComponent(stem(id).replaceAll("/", "-"));
  const paperPage = (id) => new URL(`papers/${file(id)}.html`, root).href;

  // Some browsers keep nothing for pages from a disk; the page then works without memory.
  const keep = (name, value) => {
    try {
      localStorage.setItem(`${survey.id}:${name}`, JSON.stringify(value));
    } catch { /* it is not kept */ }
  };
  const kept = (name) => {
    try {
      return JSON.parse(localStorage.getItem(`${survey.id}:${name}`));
    } catch {
      return null;
    }
  };

  // since: the newest paper that the reader had at the end of the visit before; empty: first visit
  const since = (() => {
    const now = Date.now();
    const visit = kept("visit");
    if (!visit || typeof visit.seen !== "string") {
      keep("visit", { since: "", seen: survey.newest, at: now });
      return "";
    }
    const again = now - visit.at < VISIT_ENDS;
    const found = again ? visit.since : visit.seen;
    keep("visit", { since: found, seen: survey.newest, at: now });
    return found;
  })();
  const isNew = (moment) => since !== "" && moment > since;

  const selected = new Set(Array.isArray(kept("selected")) ? kept("selected") : []);
  const bar = make("div", { class: "selection", role: "region", "aria-live": "polite" });
  bar.hidden = true;

  const showSelection = () => {
    keep("selected", [...selected]);
    bar.hidden = selected.size === 0;
    if (bar.hidden) return;
    const download = make("button", { type: "button", class: "strong" }, words.selected_download);
    const clear = make("button", { type: "button" }, words.selected_clear);
    download.addEventListener("click", () => exportSelection(download));
    clear.addEventListener("click", () => {
      selected.clear();
      for (const box of document.querySelectorAll(".choose input")) box.checked = false;
      showSelection();
    });
    bar.replaceChildren(make("span", {}, count("selected", selected.size)), download, clear);
  };

  const entries = {};
  window.surveyBibtex = (found) => Object.assign(entries, found);
  const month = (id) => id.startsWith("doi:") ? "doi" : id.split("/").pop().slice(0, 4);
  const load = (name) => new Promise((done, failed) => {
    const script = make("script", { src: new URL(`assets/${name}`, root).href });
    script.addEventListener("load", done);
    script.addEventListener("error", failed);
    document.head.append(script);
  });

  const exportSelection = async (button) => {
    const missing = new Set([...selected].filter((id) => !(id in entries)).map(month));
    await Promise.allSettled([...missing].map((one) => load(`bibtex/${encodeURIComponent(one)}.js`)));
    const found = [...selected].sort().filter((id) => id in entries);
    if (!found.length) {
      button.textContent = words.selected_failed;
      return;
    }
    const text = found.map((id) => entries[id]).join("\n");
    const address = URL.createObjectURL(new Blob([text], { type: "application/x-bibtex" }));
    const link = make("a", { href: address, download: "selection.bib" });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  };

  const equip = (item) => {
    const id = item.dataset.paper;
    if (isNew(item.dataset.at)) {
      item.querySelector(".name")?.prepend(make("span", { class: "new", lang: document.documentElement.lang }, words.new_mark));
    }
    const box = make("input", { type: "checkbox" });
    box.checked = selected.has(id);
    box.addEventListener("change", () => {
      if (box.checked) selected.add(id);
      else selected.delete(id);
      for (const other of document.querySelectorAll(`[data-paper="${CSS.escape(id)}"] .choose input`)) {
        other.checked = box.checked;
      }
      showSelection();
    });
    const title = item.querySelector(".name a")?.textContent ?? id;
    box.setAttribute("aria-label", `${words.select}: ${title}`);
    item.querySelector(".meta")?.append(make("label", { class: "choose" }, box, words.select));
  };

  const news = document.getElementById("news");
  if (news && since !== "") {
    const number = survey.recent.filter(isNew).length;
    if (number) {
      const link = make("a", { href: new URL("search.html#new", root).href }, words.new_show);
      news.append(count("new", number), " ", link);
      news.hidden = false;
    }
  }

  const promise = document.getElementById("promise");
  if (promise?.dataset.due) {
    // By the reader's clock, because a page that nobody publishes anew cannot know.
    const today = new Date().toISOString().slice(0, 10);
    const days = (day) => Date.parse(`${day}T00:00:00Z`) / 86_400_000;
    const paused = promise.dataset.paused && today <= promise.dataset.paused;
    const late = days(today) - days(promise.dataset.due);
    if (!paused && late > 0) {
      const said = late === 1 ? words.promise_late_one : say("promise_late", late);
      promise.append(" ", make("span", { class: "state late" }, said));
    }
  }

  const cite = document.querySelector(".cite pre");
  if (cite && navigator.clipboard) {
    const button = make("button", { type: "button" }, words.copy);
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(cite.textContent);
      button.textContent = words.copied;
    });
    cite.before(button);
  }

  for (const item of document.querySelectorAll("li.paper")) equip(item);
  document.querySelector("main").after(bar);
  showSelection();
  window.surveyPage = { say, count, make, equip, isNew, load, paperPage, root, since };
})();
