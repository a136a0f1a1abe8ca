// Several people at one queue: claims the paper that is shown and the next ones, so that no one else
// is given them, and marks what others read. The page has it only if somebody else reviews.
"use strict";

(() => {
  const AHEAD = 2;  // as many as the desk fetches ahead
  const RENEW = 60_000;  // milliseconds between renewals while the page is used
  const OTHERS = 30;  // papers of the list that are asked for in place of one that is read
  const words = JSON.parse(document.body.dataset.desk || "{}").words || {};
  const list = document.getElementById("list");
  const line = document.getElementById("claim");
  if (!line) return;

  let mine = [];  // what was claimed last
  let latest = Promise.resolve();  // one claim after the other
  let asked = 0;
  let saidFor = null;  // the paper that the line tells of, before it is shown
  let isUsed = false;  // since the last claim

  const shown = () => document.getElementById("paper")?.dataset.paper;
  const rows = () => (list ? [...list.querySelectorAll("li[data-paper]")] : []);
  const token = () => document.querySelector("#verdict [name=token]")?.value || "";

  // The papers after one that no one decided or reads, first below, then above.
  function after(id) {
    const all = rows();
    const at = all.findIndex((row) => row.dataset.paper === id);
    return [...all.slice(at + 1), ...all.slice(0, Math.max(at, 0))]
      .filter((row) => !row.dataset.verdict && !row.dataset.reader)
      .map((row) => row.dataset.paper);
  }

  const isDecided = (id) => rows().some((row) => row.dataset.paper === id && row.dataset.verdict);

  function form(fields) {
    const sent = new URLSearchParams({ token: token(), view: location.pathname + location.search });
    for (const [name, ids] of Object.entries(fields)) {
      for (const id of ids) sent.append(name, id);
    }
    return sent;
  }

  // Claim the paper shown; if the list gave it, another one of the list will do as well.
  function claim(wasGiven) {
    const id = shown();
    if (!id) return;
    const free = after(id);
    const ahead = free.slice(0, AHEAD);
    const wanted = [id, ...ahead];
    const leave = mine.filter((one) => !wanted.includes(one) && !isDecided(one));
    const paper = wasGiven ? [id, ...free.slice(0, OTHERS)] : [id];
    const fields = { paper, ahead, leave, given: wasGiven ? [1] : [] };
    mine = wanted;
    isUsed = false;
    asked += 1;
    const number = asked;
    latest = latest.then(() => send(fields, id, number)).catch(() => {});  // it is renewed soon
  }

  async function send(fields, id, number) {
    const response = await fetch("/claims", {
      method: "POST", body: form(fields), headers: { Accept: "application/json" },
    });
    if (!response.ok) return;
    const answer = await response.json();
    mark(answer.held);
    settle(answer.decided);
    if (number !== asked || id !== shown()) return;
    saidFor = answer.paper;
    if (answer.paper && answer.paper !== id && give(answer.paper)) {
      const by = answer.held[id]?.by;
      say(by ? words.readOther.replace("%s", by) : words.decidedBefore);
    } else if (!answer.paper && id in answer.decided) {
      give("");  // none of the list is left
    } else if (answer.notice) {
      line.replaceChildren(...new DOMParser().parseFromString(answer.notice, "text/html").body.childNodes);
    } else if (answer.paper) {
      if (line.querySelector("form")) line.replaceChildren();
    }
  }

  // Have another paper shown; false: the reviewer is writing about the one that is.
  function give(id) {
    return document.dispatchEvent(new CustomEvent("desk:give", { detail: id, cancelable: true }));
  }

  function say(text) {
    line.replaceChildren(Object.assign(document.createElement("p"), { textContent: text }));
  }

  function mark(held) {
    for (const row of rows()) {
      const claimed = held[row.dataset.paper];
      row.querySelector(".reader")?.remove();
      if (!claimed) {
        delete row.dataset.reader;
        continue;
      }
      row.dataset.reader = claimed.by;
      row.append(Object.assign(document.createElement("span"), {
        className: "reader",
        textContent: (claimed.ahead ? words.readNext : words.readBy).replace("%s", claimed.by),
      }));
    }
  }

  // What others decided since the list was read.
  function settle(decided) {
    for (const row of rows()) {
      const verdict = decided[row.dataset.paper];
      if (verdict === undefined || row.dataset.verdict) continue;
      row.dataset.verdict = verdict || "decided";
      row.append(Object.assign(document.createElement("span"), {
        className: "settled", textContent: words[verdict] || words.decided,
      }));
    }
  }

  document.addEventListener("desk:shown", (event) => {
    const { id, given } = event.detail;
    if (saidFor !== id) line.replaceChildren();
    saidFor = null;
    claim(given === id);
  });

  for (const kind of ["keydown", "pointerdown", "scroll", "wheel"]) {
    document.addEventListener(kind, () => { isUsed = true; }, { passive: true, capture: true });
  }
  setInterval(() => { if (isUsed) claim(false); }, RENEW);

  // Taking over opens the page again, which must not leave the paper.
  line.addEventListener("submit", (event) => {
    mine = mine.filter((id) => id !== event.target.elements.paper?.value);
  });

  // Who closes the page leaves its papers to the others at once; one that comes back claims again.
  window.addEventListener("pagehide", () => {
    if (mine.length) navigator.sendBeacon("/claims", form({ leave: mine }));
    mine = [];
  });
  window.addEventListener("pageshow", (event) => { if (event.persisted) claim(false); });

  const query = new URLSearchParams(location.search);
  claim(!query.has("paper") || query.has("at"));
})();
