// Lists that a reader keeps: their names and addresses stay in this browser and are sent to nobody.

const STORE = "pakta.lists";
const nav = document.getElementById("kept");

const read = () => {
  try {
    return JSON.parse(localStorage.getItem(STORE)) ?? [];
  } catch {
    return [];
  }
};

function write(lists) {
  localStorage.setItem(STORE, JSON.stringify(lists));
  show();
}

function show() {
  const lists = read();
  nav.hidden = !lists.length;
  nav.replaceChildren(...lists.map(({ name, address }) => {
    const entry = Object.assign(document.createElement("span"), { className: "token" });
    const link = Object.assign(document.createElement("a"), { href: address, textContent: name });
    const forget = Object.assign(document.createElement("button"), { type: "button", textContent: "×" });
    forget.setAttribute("aria-label", `${nav.dataset.forget}: ${name}`);
    forget.addEventListener("click", () => write(read().filter((list) => list.address !== address)));
    entry.append(link, forget);
    return entry;
  }));
}

function offer() {
  for (const button of document.querySelectorAll("[data-keep]")) button.hidden = false;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-keep]");
  if (!button) return;
  const address = location.pathname + location.search;
  write([...read().filter((list) => list.address !== address), { name: button.dataset.keep, address }]);
});
document.addEventListener("htmx:after:swap", offer);
show();
offer();
