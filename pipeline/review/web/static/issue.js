// Count the characters of a lead while it is typed, and ask before typed text is left unsaved.
"use strict";

const form = document.getElementById("edit");
if (form) {
  let typed = false;
  for (const field of form.querySelectorAll("textarea[data-limit]")) {
    const said = document.getElementById(field.getAttribute("aria-describedby"));
    field.addEventListener("input", () => {
      typed = true;
      if (!said) return;
      const used = [...field.value.trim()].length;
      said.textContent = said.textContent.replace(/\d+/, used);
      said.classList.toggle("over", used > Number(field.dataset.limit));
    });
  }
  form.addEventListener("input", () => { typed = true; });
  form.addEventListener("submit", () => { typed = false; });
  window.addEventListener("beforeunload", (event) => { if (typed) event.preventDefault(); });
}
