// Count the characters of a lead while it is typed, and ask before typed text is left unsaved.
"use strict";

const form = document.getElementById("edit");
if (form) {
  let saved = false;
  const isEdited = () =>
    [...form.elements].some((field) => field.defaultValue !== undefined && field.value !== field.defaultValue);
  for (const field of form.querySelectorAll("textarea[data-limit][aria-describedby]")) {
    const said = document.getElementById(field.getAttribute("aria-describedby"));
    const count = () => {
      const used = [...field.value.trim()].length;
      said.textContent = said.textContent.replace(/\d+/, used);
      said.classList.toggle("over", used > Number(field.dataset.limit));
    };
    field.addEventListener("input", count);
    count(); // because somebody may have typed before this was loaded
  }
  form.addEventListener("submit", () => { saved = true; });
  window.addEventListener("beforeunload", (event) => { if (!saved && isEdited()) event.preventDefault(); });
}
