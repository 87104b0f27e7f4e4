// Forms for recording: what is meant is shown while one types, a draft stays on this device, and nothing is
// sent twice. Without this script the same form works with its buttons.

const form = document.getElementById("record");
const DRAFT = `pakta-draft:${location.pathname}${location.search}`;
const PAUSE = 350; // milliseconds after the last key
let typed = 0; // counts changes, so that an answer that is late is not shown
let sending = false;
let waiting;

const parsed = (html) => new DOMParser().parseFromString(html, "text/html");

function post(order, address = form.getAttribute("action"), { files = false } = {}) {
  const body = new FormData(form);
  body.delete("do");
  if (!files) for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
  body.append("do", order);
  return fetch(address, { method: "POST", body, headers: { "X-Pakta-Form": "1", Accept: "text/html" } });
}

// Take over parts of an answer's page; where somebody is typing nothing moves.
function take(page, id) {
  const [here, there] = [document.getElementById(id), page.getElementById(id)];
  if (here && there && here.outerHTML !== there.outerHTML) here.replaceWith(document.adoptNode(there));
}

function takeAnswers(page) {
  take(page, "after");
  take(page, "acts");
  for (const told of page.querySelectorAll("[data-told]")) {
    const here = document.getElementById(told.id);
    if (here && here.innerHTML !== told.innerHTML) {
      here.innerHTML = told.innerHTML;
      here.closest(".ask, .part")?.classList.toggle("bad", !!here.querySelector(".err"));
    }
  }
}

async function look() {
  const now = typed;
  try {
    const answer = await post("preview");
    if (answer.ok && now === typed && !sending) takeAnswers(parsed(await answer.text()));
  } catch { /* No connection: the form goes on without it. */ }
}

// Drafts. Only on this device, only until they are recorded or discarded.
function keep() {
  const draft = [...new FormData(form)].filter(([, value]) => typeof value === "string" && value !== "");
  try {
    localStorage.setItem(DRAFT, JSON.stringify(draft));
    document.getElementById("kept-here")?.removeAttribute("hidden");
  } catch { /* The device keeps nothing: then there is no draft. */ }
}

const forget = () => localStorage.removeItem(DRAFT);

function notes(which) {
  const box = document.getElementById("script-notes");
  box.replaceChildren();
  const note = which && document.getElementById(which);
  if (note) box.append(note.content.cloneNode(true));
}

async function restore() {
  const draft = JSON.parse(localStorage.getItem(DRAFT) ?? "null");
  if (!draft) return;
  const body = new FormData();
  for (const [name, value] of draft) body.append(name, value);
  body.append("do", "preview");
  const answer = await fetch(form.getAttribute("action"), { method: "POST", body, headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  takeForm(parsed(await answer.text()));
  notes("says-restored");
}

function takeForm(page) {
  const there = page.getElementById("record");
  if (!there) return false;
  form.replaceChildren(...document.adoptNode(there).childNodes);
  take(page, "after");
  const wrong = form.querySelector("#conflict, #wrong");
  const first = form.querySelector("[aria-invalid=true]") ?? wrong;
  first?.focus();
  first?.scrollIntoView({ block: "center" });
  return true;
}

async function send(order, address) {
  sending = true;
  notes();
  try {
    const answer = await post(order, address, { files: true });
    if (answer.headers.get("content-type")?.includes("json")) {
      forget();
      location.assign((await answer.json()).to);
      return; // and stay busy until the next page is there
    }
    if (answer.status === 401) notes("says-ended");
    else if (!takeForm(parsed(await answer.text()))) notes("says-failed");
    else {
      keep();
      const [, filled] = order.split(":"); // a button beside a field did something to it
      if (filled) document.getElementById(`f-${filled}`)?.focus();
    }
  } catch {
    notes("says-offline");
  }
  document.querySelector("#script-notes .note")?.scrollIntoView({ block: "center" });
  sending = false;
}

async function redraw(order, id) {
  try {
    const page = parsed(await (await post(order)).text());
    take(page, id);
    if (order.startsWith("add:")) [...document.querySelectorAll(`#${CSS.escape(id)} .line`)].at(-1)?.querySelector("input")?.focus();
    else document.querySelector(`#${CSS.escape(id)} input`)?.focus();
    takeAnswers(page);
    keep();
  } catch {
    notes("says-offline");
  }
}

// What can be chosen in one part follows from what was chosen in another.
async function renew(id) {
  const answer = await post("preview");
  if (answer.ok) take(parsed(await answer.text()), id);
}

// A file is kept at once, so that no later answer can lose it.
async function upload(input) {
  if (!input.files[0]) return;
  const body = new FormData();
  body.append("file", input.files[0]);
  const answer = await fetch("/api/v1/documents", { method: "POST", body });
  if (!answer.ok) return; // it will be sent with the form, and the form's answer says what is wrong
  const { sha256 } = await answer.json();
  const here = input.parentElement;
  here.querySelector("input[type=hidden]").value = sha256;
  here.querySelector("[data-kept] .mono").textContent = sha256.slice(0, 8);
  here.querySelector("[data-kept]").hidden = false;
  input.value = "";
}

// A party that is known brings its kind, country, region and code along.
function fillParty(input) {
  const known = [...input.list.options].find((option) => option.value === input.value);
  const start = input.name.replace(/name$/, "");
  for (const part of known ? ["kind", "country", "region", "code"] : []) {
    const field = form.elements.namedItem(start + part);
    if (field && field.type !== "hidden" && !field.value) field.value = known.dataset[part];
  }
}

if (form) {
  form.addEventListener("input", (event) => {
    if (event.target.type === "file") return;
    typed += 1;
    keep();
    if (event.target.matches("[data-party]")) fillParty(event.target);
    clearTimeout(waiting);
    waiting = setTimeout(look, PAUSE);
  });
  form.addEventListener("change", (event) => {
    if (event.target.dataset.renews) renew(event.target.dataset.renews).catch(() => notes("says-offline"));
    if (event.target.type === "file") upload(event.target).catch(() => notes("says-offline"));
    if (event.target.matches("[data-country]") && event.target.value.length === 2) event.target.value = event.target.value.toUpperCase();
  });
  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (button?.hasAttribute("data-elsewhere")) return;
    event.preventDefault();
    if (sending) return;
    clearTimeout(waiting);
    typed += 1;
    if (button?.dataset.redraw) redraw(button.value, button.dataset.redraw);
    else send(button?.value || "record");
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-discard], [data-forget]")) forget();
    if (event.target.closest("[data-forget]")) location.reload();
  });
  restore().catch(() => {});
}
