// The next paper at once: a verdict shows the next paper, which was fetched before, while its form
// is sent behind it. A form that was not recorded comes back with everything that was entered.
// Without this script the browser sends the same forms.
"use strict";

(() => {
  const list = document.getElementById("list");
  const words = JSON.parse(document.body.dataset.desk || "{}").words || {};
  const { PARTS } = Pieces;
  const AHEAD = 2;  // papers fetched before they are asked for
  const PAGE = "page";  // awaited in place of a paper: the next papers of the list
  const LOOKS = { pause: 1000, most: 60 };  // milliseconds between looks for a model, and looks
  const pieces = new Pieces((id) => address(id, true));
  const presses = new Presses();
  const outbox = new Outbox(words, stopped, leave);
  let awaited = null;  // the paper that is shown as soon as it is here
  let given = null;  // the paper that the list gave last, without being asked for it
  let leaving = null;  // opens another page as soon as everything was sent
  let following = address("");  // where the server would go after the last verdict

  const { parsed } = Pieces;
  const part = (id) => document.getElementById(id);
  const shown = () => part("paper")?.dataset.paper;
  const rows = () => [...list.querySelectorAll("li[data-paper]")];
  const isWriting = () => Boolean(document.activeElement?.matches(
    "#verdict textarea, #verdict input:not([type=checkbox])",
  ));
  const rowOf = (id) => list && rows().find((row) => row.dataset.paper === id);

  function address(id, fragment = false) {
    const url = new URL(location);
    url.hash = "";
    for (const name of ["done", "said", "part", "paper", "place", "before", "after"]) url.searchParams.delete(name);
    if (id) url.searchParams.set("paper", id);
    if (fragment) {
      url.searchParams.set("part", "paper");
      for (const [name, value] of around(id)) url.searchParams.set(name, value);
    }
    return url.toString();
  }

  // Where a paper stands in the list, which the server then does not read again. It alone knows what
  // follows the last one.
  function around(id) {
    const open = (list ? rows() : [])
      .filter((row) => !row.dataset.verdict || row.dataset.paper === id)
      .map((row) => row.dataset.paper);
    const place = open.indexOf(id);
    if (place < 0 || place + 1 === open.length) return [];
    return Object.entries({ place, before: open[place - 1] || "", after: open[place + 1] });
  }

  // --- the papers of the list

  // The next paper without a verdict that no one else reads, first below, then above.
  function openAfter(id) {
    const all = rows();
    const at = all.findIndex((row) => row.dataset.paper === id);
    return [...all.slice(at + 1), ...all.slice(0, Math.max(at, 0))]
      .find((row) => !row.dataset.verdict && !row.dataset.reader)?.dataset.paper;
  }

  function prefetch() {
    let id = shown();
    for (let number = 0; number < AHEAD; number += 1) {
      id = openAfter(id);
      if (!id || id === shown()) return;
      Promise.resolve(pieces.fetched(id)).catch(() => {});  // asked for again when it is shown
    }
  }

  function show(id, push = true) {
    awaited = id;
    presses.follow();
    const found = pieces.fetched(id);
    if (Array.isArray(found)) {
      place(id, found, push);
      return;
    }
    part("paper").setAttribute("aria-busy", "true");
    found.then(
      (parts) => { if (awaited === id) place(id, parts, push); },
      () => { if (awaited === id) leaveFor(address(id)); },  // its page says what is wrong
    );
  }

  function place(id, parts, push) {
    awaited = null;
    if (shown() !== id) {
      stopAsking();
      pieces.set(shown(), PARTS.map(part));  // with what was entered
      put(parts);
      dropQuestion();
      window.scrollTo(0, 0);
      part("paper").scrollTop = 0;
    }
    part("paper").removeAttribute("aria-busy");
    for (const row of rows()) {
      const isShown = row.dataset.paper === id;
      row.classList.toggle("current", isShown);
      row.querySelector("a")?.toggleAttribute("aria-current", isShown);
      if (isShown) row.scrollIntoView({ block: "nearest" });
    }
    if (push) history.pushState({ paper: id }, "", address(id));
    requestAnimationFrame(() => performance.mark("desk:shown", { detail: id }));
    document.dispatchEvent(new CustomEvent("desk:shown", { detail: { id, given } }));
    prefetch();
    awaitReasons();
  }

  // Papers like this one, and its sentence, follow as soon as the model behind them is loaded.
  function awaitReasons(left = LOOKS.most) {
    const id = shown();
    if (!part("loading") || !left) return;
    setTimeout(async () => {
      const fresh = id === shown() && await pieces.fetch(id).catch(() => null);
      if (id !== shown() || !part("loading")) return;
      if (!fresh || fresh[0].querySelector("#loading")) {
        awaitReasons(left - 1);
        return;
      }
      pieces.dropThoseWith("#loading");
      for (const [before, after] of [["#loading", ".alike"], ["#because", "#because"]]) {
        const now = part("paper").querySelector(before);
        const then = fresh[0].querySelector(after);
        if (then) now?.replaceWith(then);
        else now?.remove();
      }
      prefetch();
    }, LOOKS.pause);
  }

  function put(parts) {
    const active = document.activeElement;
    const follows = active === document.body || PARTS.some((id) => part(id).contains(active));
    PARTS.forEach((id, number) => part(id).replaceWith(parts[number]));
    if (follows) focusPaper();
  }

  function focusPaper() {
    part("paper").tabIndex = -1;
    part("paper").focus({ preventScroll: true });
  }

  // The buttons of a question decide the paper shown, so it goes with its paper.
  function dropQuestion() {
    for (const id of ["asked", "said"]) part(id)?.remove();
    if (!part("trouble").childElementCount) trouble("");
  }

  // Mark a paper of the list as decided; without a verdict as waiting.
  function settle(id, verdict) {
    const row = rowOf(id);
    if (!row) return;
    if (verdict) row.dataset.verdict = verdict;
    else delete row.dataset.verdict;
    let said = row.querySelector(".settled");
    if (!said) {
      said = Object.assign(document.createElement("span"), { className: "settled" });
      row.append(said);
    }
    said.textContent = words[verdict] || "";
  }

  function goOn(id) {
    const next = openAfter(id);
    given = next;
    if (next) show(next);
    else leaveList();
  }

  // Open the next papers of the same view.
  function leaveList() {
    awaited = PAGE;
    leaveBy(() => location.assign(following));
  }

  function stay() {
    awaited = leaving = null;
    part("paper")?.removeAttribute("aria-busy");
  }

  function leaveBy(way) {
    leaving = way;
    if (outbox.size) say(words.saving);
    else leave();
  }

  function leave() {
    const way = leaving;
    leaving = null;
    way?.();
  }

  const leaveFor = (url) => leaveBy(() => location.assign(url));

  // --- verdicts and undo

  function isTaken(button) {
    const isMeant = presses.isMeant(button, Boolean(awaited));
    if (!isMeant) say(awaited ? words.loading : words.came);
    return isMeant;
  }

  function showUnasked(id) {
    show(id);
    presses.precede();
  }

  function decide(form, button) {
    const id = shown();
    const fields = new URLSearchParams(new FormData(form, button));
    const pressed = { accept: "approved", reason: "rejected" };
    const verdict = pressed[button.name] || button.value;
    const reasons = form.querySelector("[name=reason]");
    if (verdict === "rejected" && reasons && !fields.get("reason")) {
      ask(form, "reason", words.why);
      return;
    }
    if (verdict === "approved" && !fields.has("accept") && !fields.has("section")) {
      ask(form, "section", words.where);
      return;
    }
    performance.mark("desk:pressed", { detail: id });
    stopAsking();
    const act = { paper: id, verdict, button, fields, to: form.action };
    act.then = (answer) => decided(act, answer);
    trouble("");
    if (!outbox.replace(act)) outbox.add(act);
    settle(id, verdict);
    goOn(id);
  }

  // A highlight changes its button and the sentences below it; the rest of the form stays as it is.
  function highlight(form, button) {
    const id = shown();
    outbox.add({
      fields: new URLSearchParams(new FormData(form, button)),
      to: form.action,
      then: (answer) => {
        const fresh = Pieces.of(answer.html)?.[1];
        const held = id === shown() ? part("verdict") : pieces.held(id)?.[1];
        if (!answer.ok || !fresh) {
          trouble(answer.message);
          return;
        }
        say(answer.message);
        for (const changed of held ? ["[data-action=highlight]", ".sentences"] : []) {
          const [before, after] = [held, fresh].map((one) => one.querySelector(changed));
          const isFocused = before === document.activeElement;
          before.replaceWith(after);
          if (isFocused) after.focus();
        }
      },
    });
  }

  function ask(form, what, sentence) {
    form.dataset.asks = what;
    say(sentence);
    part("status").firstChild.dataset.asks = what;
    const field = form.querySelector(`[name=${what}]`);
    for (let node = field?.closest("details"); node; node = node.parentElement.closest("details")) {
      node.open = true;
    }
    field?.focus();
  }

  // A question belongs to the paper that it was asked about, and ends with an answer.
  function stopAsking() {
    delete part("verdict").dataset.asks;
    part("status").querySelector("[data-asks]")?.remove();
  }

  function decided(act, answer) {
    if (answer.ok) {
      following = answer.next || following;
      report(answer);
      if (act.paper !== shown()) pieces.delete(act.paper);  // its parts say that it waits
      return;
    }
    const parts = answer.html && Pieces.of(answer.html);
    if (parts && act.paper !== shown()) pieces.set(act.paper, parts);
    else if (parts && !isWriting()) put(parts);
    bringBack(act.paper);
    trouble(answer.message, null, act.paper === shown() ? answer.html : "");
  }

  // Show a paper again, unless the reviewer is writing: what is typed would go on as keys.
  function bringBack(id) {
    settle(id, "");
    stay();
    if (shown() !== id && !isWriting()) showUnasked(id);
  }

  function stopped(act, message) {
    if (act.paper) bringBack(act.paper);
    const others = outbox.size - 1;
    const waiting = others ? ` ${words.waiting.replace("%d", others)}` : "";
    trouble(`${words.nothing} ${message}${waiting}`, () => retry(act));
  }

  async function retry(act) {
    trouble("");
    if (act.status === 403) {  // a new session has another token
      try {
        const [, form] = await pieces.fetch(shown());
        const { value } = form.elements.token;
        for (const one of outbox.acts) one.fields.set("token", value);
        for (const field of document.querySelectorAll("[name=token]")) field.value = value;
        pieces.clear();
      } catch {
        stopped(act, words.session);
        return;
      }
    }
    if (act.paper && act.paper === shown()) decide(part("verdict"), act.button);
    else outbox.resume();
  }

  function say(text) {
    const said = Object.assign(document.createElement("p"), { className: "flash" });
    said.textContent = text;
    part("status").replaceChildren(...(text ? [said] : []));
  }

  // The message on an act as the server words it, with its undo.
  function report(answer) {
    const today = document.getElementById("done-today");
    if (today && answer.done_today !== undefined) today.textContent = answer.done_today;
    const flash = parsed(answer.flash).getElementById("flash");
    if (flash) part("status").replaceChildren(flash);
    else say(answer.message);
  }

  // Say what was not recorded: with a way on from the server's page, or a button to try again.
  function trouble(message, again = null, html = "") {
    const place = part("trouble");
    place.hidden = !message;
    place.replaceChildren();
    if (!message) return;
    const asked = parsed(html).getElementById("asked");
    place.append(asked || Object.assign(document.createElement("p"), {
      role: "alert", textContent: message,
    }));
    if (!document.activeElement?.matches("textarea, input")) asked?.focus();
    if (again) {
      place.append(Object.assign(document.createElement("button"), {
        type: "button", textContent: words.again, onclick: again,
      }));
    }
  }

  function undo(form) {
    const unsent = outbox.takeBack();
    if (unsent) {
      settle(unsent.paper, "");
      stay();
      show(unsent.paper);
      say(words.withdrawn);
      return;
    }
    const fields = new URLSearchParams(new FormData(form));
    if (outbox.size) fields.delete("decision_id");  // of an act before the one on its way
    outbox.add({
      fields,
      to: form.action,
      then: (answer) => {
        if (answer.recorded === false && answer.next) {  // it asks before it takes back an import or several
          leaveFor(answer.next);
          return;
        }
        const papers = answer.papers || [];
        for (const id of papers) {
          settle(id, "");
          if (id !== shown()) pieces.delete(id);
        }
        if (papers.length === 1 && rowOf(papers[0])) show(papers[0]);
        else if (papers.length) leaveFor(answer.next || address(papers[0]));
        if (answer.ok) report(answer);
        else trouble(answer.message);
      },
    });
  }

  // --- what the reviewer presses

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented) return;
    if (list && new URL(form.action).pathname === "/undo") {
      event.preventDefault();
      undo(form);
    } else if (list && form.id === "verdict"
        && event.submitter?.matches("[name=accept], [name=verdict], [name=reason]")) {
      event.preventDefault();
      if (isTaken(event.submitter)) decide(form, event.submitter);
    } else if (list && form.id === "verdict" && event.submitter?.name === "stay") {
      event.preventDefault();  // Enter in a field
      say(words.press);
    } else if (list && form.id === "verdict" && event.submitter?.name === "highlight") {
      event.preventDefault();
      if (isTaken(event.submitter)) highlight(form, event.submitter);
    } else if (outbox.size && form.method !== "dialog") {
      event.preventDefault();
      leaveBy(() => form.requestSubmit(event.submitter));
    }
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!list || !link || link.target === "_blank" || event.ctrlKey || event.metaKey
        || event.shiftKey) return;
    const steps = { next: 1, previous: -1 };
    const all = rows();
    const at = all.findIndex((row) => row.dataset.paper === shown());
    const row = link.closest("#list li[data-paper]") || all[at + steps[link.dataset.action]];
    if (row) {
      event.preventDefault();
      show(row.dataset.paper);
    } else if (link.dataset.action in steps && rowOf(new URL(link.href).searchParams.get("paper"))) {
      event.preventDefault();  // the order has changed: what follows here now is in the list already
      if (link.dataset.action === "next") leaveFor(address(""));
    } else if (outbox.size && !link.hash) {
      event.preventDefault();
      leaveFor(link.href);
    }
  });

  // From the paper that was just shown, Tab goes to its verdicts, as on a page that was just loaded.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Tab" || event.shiftKey || event.target !== part("paper")) return;
    const first = part("verdict")?.querySelector("input:not([type=hidden]), button:not([hidden])");
    if (!first) return;
    event.preventDefault();
    first.focus();
  });

  document.addEventListener("desk:go", (event) => {
    if (!outbox.size) return;
    event.preventDefault();
    leaveFor(event.detail);
  });

  document.addEventListener("desk:give", (event) => {  // somebody else reads what was given
    if (isWriting()) {
      event.preventDefault();
      return;
    }
    given = event.detail;
    if (given) showUnasked(given);
    else leaveList();
  });

  // Who begins to write stays at the paper that is shown.
  document.addEventListener("focusin", () => {
    if (awaited && isWriting()) stay();
  });

  window.addEventListener("pageshow", (event) => {
    if (event.persisted) stay();
  });

  document.addEventListener("desk:escape", () => {
    if (!part("verdict")?.dataset.asks) return;
    stopAsking();
    focusPaper();
  });

  window.addEventListener("popstate", (event) => {
    const id = event.state?.paper;
    if (list && id) show(id, false);
  });

  window.addEventListener("beforeunload", (event) => {
    if (!outbox.size) return;
    event.preventDefault();
    event.returnValue = true;  // for browsers before 2024
  });

  if (list && shown()) {
    history.replaceState({ paper: shown() }, "");
    prefetch();
    awaitReasons();
  }
})();
