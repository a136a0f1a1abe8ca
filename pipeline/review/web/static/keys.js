// Keys of the review pages. A key presses the button or follows the link of its action, so that
// nothing can be done with a key that the page does not offer. The page states the keys.
"use strict";

(() => {
  const desk = JSON.parse(document.body.dataset.desk || "{}");
  const actions = desk.keys || {};  // by key; empty if the reviewer turned keys off
  const places = desk.places || {};  // addresses by letter
  const FIELDS = { note: "note", sections: "section-filter", search: "search" };
  const GO_WITHIN = 3000;  // milliseconds from the key of `go` to the letter
  let went = -Infinity;

  const isField = (node) => node instanceof Element && node.closest(
    "textarea, select, [contenteditable], input:not([type=checkbox], [type=radio])",
  ) !== null;

  // What the key means: its character, or on another layout the character that is printed there.
  function keyOf(event) {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (key in actions) return key;
    const [, kind, name] = /^(Digit|Key)(.)$/.exec(event.code) || [];
    if (kind === "Digit" && !event.shiftKey) return name;
    if (kind === "Key" && key.length === 1 && key > "\x7f") return name.toLowerCase();
    return key;
  }

  function press(name) {
    const found = document.querySelector(`[data-action="${name}"]:not(:disabled)`);
    if (found) found.click();
    return found !== null;
  }

  function enter(id) {
    const field = document.getElementById(id);
    if (!field) return false;
    for (let node = field.closest("details"); node; node = node.parentElement.closest("details")) {
      node.open = true;
    }
    field.focus();
    return true;
  }

  function leave(field) {
    field.blur();
    document.getElementById("paper")?.focus({ preventScroll: true });
  }

  function act(name, event) {
    if (name === "go") {
      went = event.timeStamp;
      return true;
    }
    if (name === "help") {
      document.getElementById("help")?.showModal();
      return true;
    }
    if (name === "mark") {
      document.dispatchEvent(new CustomEvent("desk:mark"));
      return true;
    }
    return name in FIELDS ? enter(FIELDS[name]) : press(name);
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.repeat || event.isComposing) return;
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (document.querySelector("dialog[open]")) return;  // the browser closes it with Escape
    if (isField(event.target)) {
      if (event.key === "Escape") leave(event.target);
      return;
    }
    const key = keyOf(event);
    const goes = event.timeStamp - went < GO_WITHIN;
    went = -Infinity;
    let done = false;
    if (goes && key in places) {
      const go = new CustomEvent("desk:go", { detail: places[key], cancelable: true });
      if (document.dispatchEvent(go)) location.assign(places[key]);
      done = true;
    } else if (key in actions) {
      done = act(actions[key], event);
    } else if (Object.keys(actions).length && /^[1-9]$/.test(key)) {
      const asked = document.getElementById("verdict")?.dataset.asks === "reason";
      done = press(`${asked ? "reason" : "accept"}-${key}`);
    } else if (key === "Escape") {
      document.dispatchEvent(new CustomEvent("desk:escape"));
    }
    if (done) event.preventDefault();
  });
})();
