// Sending: one at a time and in order; what is not acknowledged is sent again under the same event id.
// A WebSocket; where none opens, POST and asking again and again.

import { state, stored } from "./dom.js";
import { emptied, isGone } from "./leave.js";
import { after, drawPending, note, showAll, toEnd } from "./log.js";

const ACK = 15000, POLL = 3000, QUIET = 25000, RETRY_SOCKET = 30000;  // ms
const NEVER_OPENED = 2, MOST_TRIES = 20;
const BROKEN = "网络断了，正在重新连接… 您写的话会留着。";
const RETRYING = "网络不通，您写的话会留着，正在重试…";

let unsent = [];   // {event_id, text | button | location | file}, oldest first
let flying = "";   // the event id that waits for its answer
let polling = false;
let live = null, guard = 0, timer = 0, tries = 0, neverOpened = 0;

export const isFlying = () => flying !== "";
export const hasPhoto = () => unsent.some((m) => m.file);
export const isOpen = () => live !== null && live.readyState === WebSocket.OPEN;

function newId() {  // crypto.randomUUID is missing where the page is plain http
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
}

function keep() {
  stored(() => sessionStorage.setItem("unsent", JSON.stringify(unsent.filter((m) => !m.file))));
}

export function say(part) {
  unsent.push(Object.assign({ event_id: newId() }, part));
  keep();
  drawPending(unsent);
  toEnd();
  flush();
}

export function heard(id) {
  if (flying === id) flying = "";
  if (!unsent.some((m) => m.event_id === id)) return;
  unsent = unsent.filter((m) => m.event_id !== id);
  keep();
  drawPending(unsent);
}

export function dropAll() {
  unsent = [];
  flying = "";
}

function flush() {
  if (flying || isGone() || !unsent.length) return;
  const m = unsent[0];
  m.tries = (m.tries || 0) + 1;
  if (m.tries > MOST_TRIES) refused({ error: "这句话试了很多次都没发出去。" }, m.event_id);
  else if (m.file) upload(m);
  else if (isOpen()) { flying = m.event_id; send(frame(m)); }
  else if (polling) post(m, "/chat/say", { headers: { "Content-Type": "application/json" }, body: JSON.stringify(frame(m)) });
  else m.tries -= 1;
}

function frame(m) {
  const told = { event_id: m.event_id, after_in: after.i, after_out: after.o };
  for (const name of ["text", "button", "location"]) if (m[name] !== undefined) told[name] = m[name];
  return told;
}

function refused(told, id) {
  if (told.status === 401) {
    flying = "";
    return state(told.error, true);
  }
  if (told.status === 429) {
    state(told.error);
    return setTimeout(() => { flying = ""; state(""); flush(); }, 1000 * (told.retry_after || 5));
  }
  const lost = unsent.find((m) => m.event_id === id);
  heard(id);
  note(told.error + (lost && lost.text ? "\n您写的是：" + lost.text.slice(0, 200) : ""));
  return flush();
}

function answered(told) {
  if (isGone()) return;
  if (told.lines) showAll(told.lines);
  if (told.heard) heard(told.heard);
  if (told.error) refused(told, told.event_id || flying);
  else flush();
}

// POST and polling

function request(path, init) {
  const how = Object.assign({ credentials: "same-origin", cache: "no-store" }, init);
  return fetch(path, how).then((response) => {
    if (response.status >= 500) throw new Error(String(response.status));
    return response.json();
  });
}

function post(m, path, init) {
  flying = m.event_id;
  return request(path, Object.assign({ method: "POST" }, init))
    .then((told) => answered(Object.assign({ event_id: m.event_id }, told)))
    .catch(() => {
      state(RETRYING);
      setTimeout(() => { if (flying === m.event_id) flying = ""; flush(); }, POLL);
    });
}

function upload(m) {
  const form = new FormData();
  form.append("event_id", m.event_id);
  form.append("text", m.text || "");
  form.append("after_in", after.i);
  form.append("after_out", after.o);
  form.append("file", m.file, "photo");
  state("正在发照片…");
  post(m, "/chat/photo", { body: form }).then(() => { if (!flying) state(""); });
}

function poll() {
  if (!polling || isGone()) return;
  request("/chat/lines?after_in=" + after.i + "&after_out=" + after.o)
    .then((told) => {
      if (told.error) return state(told.error, told.status === 401);
      state("网络不太好，正在用备用方式收发。");
      return answered(told);
    })
    .catch(() => state(RETRYING))
    .then(() => setTimeout(poll, POLL));
}

// WebSocket

export function open() {
  if (isGone() || live) return;
  clearTimeout(timer);
  let opened = false;
  try {
    live = new WebSocket((location.protocol === "https:" ? "wss://" : "ws://") + location.host + "/chat/ws");
  } catch (error) {
    closed(false);
    return;
  }
  const mine = live;
  guard = setTimeout(drop, ACK);
  mine.addEventListener("open", () => {
    opened = true;
    neverOpened = 0;
    polling = false;
    state("");
    send({ after_in: after.i, after_out: after.o });
  });
  mine.addEventListener("message", (event) => {
    tries = 0;
    clearTimeout(guard);
    guard = setTimeout(() => send({ after_in: after.i, after_out: after.o }), QUIET);  // so that a dead line is noticed
    answered(JSON.parse(event.data));
  });
  mine.addEventListener("close", (event) => {
    if (event.code === 4001) emptied();
    else if (mine === live) closed(opened);
  });
}

function send(told) {
  live.send(JSON.stringify(told));
  clearTimeout(guard);
  guard = setTimeout(drop, ACK);
}

function drop() {
  const old = live;
  closed(false);
  if (old) old.close();
}

function closed(opened) {
  live = null;
  flying = "";
  clearTimeout(guard);
  if (!opened) neverOpened += 1;
  if (neverOpened >= NEVER_OPENED && !polling) {
    polling = true;
    poll();
  }
  if (!polling) state(BROKEN);
  const wait = polling ? RETRY_SOCKET : Math.min(15000, 1000 * Math.pow(2, tries)) * (0.7 + 0.6 * Math.random());
  tries += 1;
  clearTimeout(timer);
  timer = setTimeout(open, wait);
}

export function begin() {
  unsent = stored(() => JSON.parse(sessionStorage.getItem("unsent"))) || [];
  drawPending(unsent);
  open();
}
