// What every page does beyond its HTML. All of it can be missing: reading and recording work without.

const root = document.documentElement;
const YEAR = 365 * 24 * 3600;

function toggleTheme() {
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  document.cookie = `pakta_theme=${root.dataset.theme}; path=/; max-age=${YEAR}; samesite=lax`;
}

for (const button of document.querySelectorAll("[data-toggle-theme]")) {
  button.hidden = false;
  button.addEventListener("click", toggleTheme);
}

// Keyboard: / searches, j and k walk through a list, n records, ? tells of these.
const typing = (target) => target.closest("input, textarea, select, [contenteditable]");

function walk(step) {
  const stops = [...document.querySelectorAll("[data-stop]")];
  if (!stops.length) return;
  const here = stops.indexOf(document.activeElement);
  const next = here < 0 ? (step > 0 ? 0 : stops.length - 1) : Math.min(Math.max(here + step, 0), stops.length - 1);
  stops[next].focus();
}

const KEYS = {
  "/": () => {
    const search = document.querySelector("[data-search]");
    if (search) search.focus();
    else location.assign("/agreements");
  },
  j: () => walk(1),
  k: () => walk(-1),
  n: () => document.querySelector("[data-new]")?.click(),
  "?": () => document.getElementById("keys")?.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || !KEYS[event.key]) return;
  event.preventDefault();
  KEYS[event.key]();
});

// A page that shows what was just recorded asks again whenever something is: `recorded` is what htmx waits for.
const live = document.querySelector("[data-live-after]");
if (live) {
  const stream = new EventSource(`/api/v1/events/stream?after=${live.dataset.liveAfter}`);
  stream.onmessage = (event) => {
    document.body.dispatchEvent(new CustomEvent("recorded", { detail: { position: event.lastEventId } }));
  };
  addEventListener("pagehide", () => stream.close());
}

// What somebody was writing is not left behind on a machine that others use.
document.querySelector("form[action='/sign-out']")?.addEventListener("submit", () => {
  for (const key of Object.keys(localStorage)) if (key.startsWith("pakta-draft:")) localStorage.removeItem(key);
});
