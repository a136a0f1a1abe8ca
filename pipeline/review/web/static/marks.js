// Marks in the list (shift marks a range) and the search for a section in the form.
"use strict";

(() => {
  const list = document.getElementById("list");
  const boxes = () => [...document.querySelectorAll("#list input[name=paper]")];
  let last = null;  // the box that was marked last

  function count() {
    const marked = boxes().filter((box) => box.checked).length;
    for (const place of document.querySelectorAll("[data-marked]")) place.textContent = marked;
    const all = document.getElementById("mark-shown");
    if (all) all.checked = marked > 0 && marked === boxes().length;
  }

  list?.addEventListener("click", (event) => {
    const box = event.target.closest("input[name=paper]");
    if (!box) return;
    const all = boxes();
    if (event.shiftKey && last && all.includes(last)) {
      const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
      for (const one of all.slice(from, to + 1)) one.checked = box.checked;
    }
    last = box;
    count();
  });

  document.getElementById("mark-shown")?.addEventListener("change", (event) => {
    for (const box of boxes()) box.checked = event.target.checked;
    count();
  });

  // The key of `mark` marks the paper shown.
  document.addEventListener("desk:mark", () => {
    const id = document.getElementById("paper")?.dataset.paper;
    boxes().find((box) => box.value === id)?.click();
  });

  const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

  document.addEventListener("input", (event) => {
    if (event.target.id !== "section-filter") return;
    const wanted = folded(event.target.value).split(/\s+/).filter(Boolean);
    for (const box of document.querySelectorAll("#verdict [name=section]")) {
      const row = box.closest("label") || box.parentElement;
      const text = folded(`${row.closest("fieldset")?.querySelector("legend")?.textContent || ""} ${row.textContent}`);
      row.hidden = !wanted.every((word) => text.includes(word));
    }
  });

  // Enter ticks the first section found.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.id !== "section-filter") return;
    event.preventDefault();
    const found = [...document.querySelectorAll("#verdict [name=section]")]
      .find((box) => !(box.closest("label") || box.parentElement).hidden);
    if (!found || !event.target.value.trim()) return;
    found.checked = true;
    event.target.value = "";
    event.target.dispatchEvent(new Event("input", { bubbles: true }));
    event.target.blur();
    document.getElementById("paper")?.focus({ preventScroll: true });
  });

  document.documentElement.classList.add("with-script");
  count();
})();
