// Show the row of the limit that the slider points at; without script the form replays it.
"use strict";

const slider = document.getElementById("limit");
if (slider) {
  const said = document.getElementById("limit-said");
  const heads = [...document.querySelectorAll(".limits thead th")].map((head) => head.textContent);
  const point = () => {
    for (const row of document.querySelectorAll(".limits tr[data-limit]")) {
      const here = row.dataset.limit === slider.value;
      row.toggleAttribute("aria-current", here);
      if (here) {
        row.setAttribute("aria-current", "true");
        const cells = [...row.cells].map((cell, n) => `${heads[n]} ${cell.textContent.trim()}`);
        said.textContent = cells.join(" · ");
      }
    }
    const button = document.querySelector('button[name="limit"]');
    button.textContent = button.textContent.replace(/\d+/, slider.value);
    button.value = slider.value;
  };
  slider.addEventListener("input", point);
  point();
}
