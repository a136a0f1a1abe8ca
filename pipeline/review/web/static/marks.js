// Marks in the list; shift marks a range.
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

  document.documentElement.classList.add("with-script");
  count();
})();
