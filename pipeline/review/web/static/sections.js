// The search for a section, and the line that says into which sections `approve` goes. The search
// hides sections of the full list only, and no ticked one: what is hidden is never recorded.
"use strict";

(() => {
  const boxes = () => [...document.querySelectorAll("#verdict [name=section]")];
  const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const place = (box) => box.closest("label, .candidate");

  function tell() {
    const line = document.getElementById("into");
    if (!line) return;
    const names = boxes().filter((box) => box.checked).map((box) => box.dataset.name);
    line.hidden = !names.length;
    line.querySelector("span").textContent = names.join(", ");
  }

  // The first section that Enter ticks, marked: of the full list, else of the candidates.
  function search(text) {
    const wanted = folded(text).split(/\s+/).filter(Boolean);
    const fits = (box) => {
      const said = folded(`${box.closest("fieldset").querySelector("legend").textContent} ${box.dataset.name} ${place(box).textContent}`);
      return wanted.every((word) => said.includes(word));
    };
    const listed = boxes().filter((box) => box.closest("#sections"));
    const [inList, offered] = [listed, boxes().filter((box) => !listed.includes(box))]
      .map((some) => some.filter(fits));
    for (const box of listed) place(box).hidden = !inList.includes(box) && !box.checked;
    for (const group of document.querySelectorAll("#sections fieldset")) {
      group.hidden = !group.querySelector("label:not([hidden])");
    }
    const [first] = wanted.length ? [...inList, ...offered] : [];
    for (const box of boxes()) place(box).classList.toggle("found", box === first);
    document.getElementById("no-section").hidden = !wanted.length || inList.length > 0;
    return first;
  }

  function clear(field) {
    field.value = "";
    search("");
  }

  // What the reviewer finds replaces the model's own ticks, and is added to ticks by hand.
  function tick(box) {
    const form = box.form;
    if (!("ticked" in form.dataset)) {
      const own = form.dataset.suggested.split(" ");
      for (const other of boxes()) if (own.includes(other.value)) other.checked = false;
    }
    form.dataset.ticked = "";
    box.checked = true;
    tell();
  }

  document.addEventListener("input", (event) => {
    if (event.target.id !== "section-filter") return;
    const first = search(event.target.value);
    if (first) place(first).scrollIntoView({ block: "nearest" });
  });

  document.addEventListener("change", (event) => {
    if (!event.target.matches("#verdict [name=section]")) return;
    event.target.form.dataset.ticked = "";
    tell();
  });

  document.addEventListener("keydown", (event) => {
    const field = event.target;
    if (field.id !== "section-filter" || event.isComposing) return;
    if (event.key === "Escape") clear(field);  // `keys` leaves the field
    if (event.key !== "Enter") return;
    event.preventDefault();
    const found = search(field.value);
    if (!found) return;
    tick(found);
    clear(field);
    field.blur();
    document.getElementById("paper")?.focus({ preventScroll: true });
  });

  document.addEventListener("desk:shown", tell);
  window.addEventListener("pageshow", tell);  // the browser may restore ticks after a reload
  tell();
})();
