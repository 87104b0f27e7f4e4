// The agreement's page: sliders that move in time, threads that lift, a link that copies itself.

const DAY = 24 * 3600 * 1000;
const field = (id) => document.getElementById(id);
const iso = (first, days) => new Date(Date.parse(first) + days * DAY).toISOString().slice(0, 10);

// The form sends dates. A slider writes the day, or names the version that it stands for, and asks anew.
document.addEventListener("input", ({ target }) => {
  if (target.id === "as-of-slide") {
    field("as-of").value = iso(target.dataset.first, Number(target.value));
  } else if (target.id === "known-slide") {
    target.name = target.value === target.max ? "" : target.dataset.name;
    field("known-at").value = "";
  } else return;
  target.form.dispatchEvent(new CustomEvent("slid", { bubbles: true }));
});

document.addEventListener("change", (event) => {
  if (event.target.type === "range") event.stopPropagation();
  else if (event.target.id === "known-at") field("known-slide").name = "";
}, true);

// A version that the address names stays asked for while only the day moves.
function keepVersion() {
  const slide = field("known-slide");
  if (slide && slide.value !== slide.max) slide.name = slide.dataset.name;
}
keepVersion();
document.addEventListener("htmx:after:swap", keepVersion);

// A fact under the pointer, or with the focus inside, lifts its thread.
function lift(target) {
  const version = target.closest?.("[data-fact]")?.dataset.fact;
  for (const svg of document.querySelectorAll(".loom svg")) {
    svg.classList.toggle("lifting", Boolean(version));
    for (const part of svg.querySelectorAll("[data-strand]")) part.classList.toggle("lifted", part.dataset.strand === version);
  }
}
document.addEventListener("pointerover", (event) => lift(event.target));
document.addEventListener("focusin", (event) => lift(event.target));

document.addEventListener("click", async (event) => {
  const link = event.target.closest("[data-copy]");
  if (!link || !navigator.clipboard || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const words = link.textContent;
  await navigator.clipboard.writeText(link.href);
  link.textContent = link.dataset.copy;
  setTimeout(() => (link.textContent = words), 2000);
});
