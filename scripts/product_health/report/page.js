"use strict";
// Each block with views shows the one that was chosen, or else that of everyone, and says so.
const filters = [...document.querySelectorAll("select[data-filter]")];
const said = document.getElementById("shown");

function show(view, words) {
  for (const block of document.querySelectorAll("[data-views]")) {
    const parts = [...block.querySelectorAll("[data-view]")];
    const has = parts.some((part) => part.dataset.view === view);
    for (const part of parts) part.hidden = part.dataset.view !== (has ? view : "all");
    const note = block.querySelector("[data-note]");
    if (note) note.hidden = has;
  }
  said.textContent = words;
}

for (const filter of filters) {
  filter.addEventListener("change", () => {
    for (const other of filters) if (other !== filter) other.value = "";
    const label = filter.dataset.label.toLowerCase();
    if (filter.value) show(`${filter.dataset.filter}=${filter.value}`, `Showing ${label} ${filter.value}.`);
    else show("all", "Showing everyone.");
  });
}

// A link to a metric opens its entry, also where that was closed again since.
function open_target(hash) {
  const target = document.getElementById(decodeURIComponent(hash.slice(1)));
  if (target instanceof HTMLDetailsElement) target.open = true;
}
addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="#"]');
  if (link) open_target(link.hash);
});
addEventListener("hashchange", () => open_target(location.hash));
open_target(location.hash);
