"use strict";
// The desk works without this file; it only keeps lists fresh, fills in handbook words and guards against double taps.

const same = (one, other) => ["href", "action"].every((name) => one.getAttribute(name) === other.getAttribute(name));

// <section data-live="/desk/live"> is replaced by what the server writes there, every 3 seconds.
function keepFresh(region) {
  const title = document.title;
  let shown = null;
  async function look() {
    try {
      const answer = await fetch(region.dataset.live, { headers: { Accept: "application/json" }, redirect: "manual" });
      if (answer.type === "opaqueredirect") return location.reload();
      if (answer.ok) show(await answer.json());
      document.body.classList.remove("offline");
    } catch (error) {
      document.body.classList.add("offline");
    }
    setTimeout(look, 3000);
  }
  function show(told) {
    const at = document.activeElement;
    document.title = told.count ? `(${told.count}) ${title}` : title;
    if (told.html === shown || (region.contains(at) && at.matches("input, select, textarea"))) return;
    const box = region.querySelector(".talk");
    const low = !box || box.scrollHeight - box.scrollTop - box.clientHeight < 60;
    const kept = region.contains(at) ? at.closest("[href], [action]") : null;
    if (shown !== null || told.html.trim() !== region.innerHTML.trim()) region.innerHTML = told.html;
    shown = told.html;
    const talk = region.querySelector(".talk");
    if (talk && low) talk.scrollTop = talk.scrollHeight;
    else if (talk && box) talk.scrollTop = box.scrollTop;
    if (kept) [...region.querySelectorAll("[href], form")].filter((it) => same(it, kept)).forEach((it) => (it.querySelector("button") || it).focus());
  }
  const talk = region.querySelector(".talk");
  if (talk) talk.scrollTop = talk.scrollHeight;
  setTimeout(look, 3000);
}

// <input data-canned="words"> looks handbook entries up; a tap puts an entry's words into the box with that id.
function lookUp(field) {
  const list = document.getElementById("canned"), box = document.getElementById(field.dataset.canned);
  let waiting = 0;
  field.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(look, 300); });
  field.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); look(); } });
  async function look() {
    const answer = await fetch(`/desk/canned?q=${encodeURIComponent(field.value)}`, { redirect: "manual" });
    if (!answer.ok) return;
    list.replaceChildren(...(await answer.json()).map(button));
  }
  function button(entry) {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = `${entry.title}（${entry.id} 第${entry.version}版）`;
    made.addEventListener("click", () => { box.value += (box.value ? "\n" : "") + entry.text; box.focus(); });
    return made;
  }
}

// <a data-drag="code"> dropped on <td data-drop="day" data-hour="9"> opens the page that moves it there.
function dropHere(cell) {
  cell.addEventListener("dragover", (event) => { event.preventDefault(); cell.classList.add("over"); });
  cell.addEventListener("dragleave", () => cell.classList.remove("over"));
  cell.addEventListener("drop", (event) => {
    event.preventDefault();
    const code = event.dataTransfer.getData("application/x-booking");
    if (code) location.assign(`/desk/bookings/${encodeURIComponent(code)}/move?day=${cell.dataset.drop}&hour=${cell.dataset.hour}`);
  });
}

document.querySelectorAll("[data-drag]").forEach((it) => it.addEventListener("dragstart", (event) => event.dataTransfer.setData("application/x-booking", it.dataset.drag)));
document.querySelectorAll("[data-drop]").forEach(dropHere);
document.querySelectorAll("[data-live]").forEach(keepFresh);
document.querySelectorAll("[data-canned]").forEach(lookUp);
document.querySelectorAll("[data-print]").forEach((it) => it.addEventListener("click", () => window.print()));
document.querySelectorAll("[data-go]").forEach((it) => it.addEventListener("change", () => it.form.requestSubmit()));
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sure && !window.confirm(form.dataset.sure)) return event.preventDefault();
  if (form.method === "post") setTimeout(() => form.querySelectorAll("button").forEach((it) => { it.disabled = true; }), 0);
});
window.addEventListener("pageshow", () => document.querySelectorAll("button[disabled]").forEach((it) => { it.disabled = false; }));
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("textarea")) event.target.form?.requestSubmit();
});
