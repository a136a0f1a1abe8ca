// Show what is typed into the password fields of a form, while its box is ticked.
"use strict";

for (const box of document.querySelectorAll(".show-password")) {
  const fields = [...box.form.querySelectorAll("input[type=password]")];
  box.checked = false;  // a browser may remember it
  box.closest("label").hidden = false;
  box.addEventListener("change", () => {
    for (const field of fields) field.type = box.checked ? "text" : "password";
  });
  box.form.addEventListener("submit", () => {
    for (const field of fields) field.type = "password";
  });
}
