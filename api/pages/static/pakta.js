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

// On a phone a bar can be wider than the window: where one is shall be in sight.
for (const here of document.querySelectorAll("nav [aria-current=page]")) here.scrollIntoView({ block: "nearest", inline: "center" });

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
  n: () => (document.querySelector("[data-new]") ?? document.querySelector(".nav [href='/record']"))?.click(),
  "?": () => document.getElementById("keys")?.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || !KEYS[event.key]) return;
  event.preventDefault();
  KEYS[event.key]();
});

// A page that shows what was just recorded asks again whenever something is: `recorded` is what htmx waits for.
// A browser keeps only six connections to a host, so a tab that nobody looks at lets go of its own.
let stream;
let heard = 0; // position of the last entry that was heard of

function hear(event) {
  heard = Number(event.lastEventId);
  const only = document.querySelector("[data-live-after]")?.dataset.liveOf; // an agreement, if only one matters
  if (only && JSON.parse(event.data).agreement !== only) return;
  document.body.dispatchEvent(new CustomEvent("recorded", { detail: { position: heard } }));
}

function hang() {
  stream?.close();
  stream = undefined;
}

function listen() {
  const live = document.querySelector("[data-live-after]");
  if (!live || document.hidden) return hang();
  if (stream) return;
  stream = new EventSource(`/api/v1/events/stream?after=${Math.max(heard, Number(live.dataset.liveAfter))}`);
  stream.onmessage = hear;
}

listen();
document.addEventListener("visibilitychange", listen);
document.addEventListener("htmx:after:swap", listen);
addEventListener("pagehide", hang);
addEventListener("pageshow", listen);

// What somebody was writing is not left behind on a machine that others use.
document.querySelector("form[action='/sign-out']")?.addEventListener("submit", () => {
  for (const key of Object.keys(localStorage)) if (key.startsWith("pakta-draft:")) localStorage.removeItem(key);
});
