// The talk on the screen, and how far it has been read.

import { at, make } from "./dom.js";
import { isGone, offerExit } from "./leave.js";
import { row } from "./line.js";
import { heard, isFlying } from "./wire.js";

const TITLE = document.title;
const PAUSE = 300000;  // ms of silence after which the time is shown
const CLOCK = new Intl.DateTimeFormat("zh-CN", { timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit", hour12: false });
const DAY = new Intl.DateTimeFormat("zh-CN", { timeZone: "Asia/Shanghai", month: "long", day: "numeric" });

export const after = { i: 0, o: 0 };  // the cursor: highest ids seen, in and out
const shown = new Set();
let lastAt = 0, unseen = 0;
let pinned = true;  // the end is in sight, and shall stay so

const atEnd = () => at("scroll").scrollHeight - at("scroll").scrollTop - at("scroll").clientHeight < 80;

export function toEnd() {
  at("scroll").scrollTop = at("scroll").scrollHeight;
  at("newer").hidden = true;
  pinned = true;
}

export function note(text) {
  at("log").append(make("p", "note", text));
  toEnd();
}

function time(told) {
  const moment = new Date(told), ms = moment.getTime();
  if (Math.abs(ms - lastAt) < PAUSE) return;
  const today = DAY.format(new Date()) === DAY.format(moment);
  at("log").append(make("p", "when", (today ? "" : DAY.format(moment) + " ") + CLOCK.format(moment)));
  lastAt = ms;
}

function show(line) {
  const side = line.id[0];
  after[side] = Math.max(after[side], Number(line.id.slice(1)));
  if (shown.has(line.id)) return null;
  shown.add(line.id);
  const body = line.body, mine = line.who === "resident", bot = line.who === "bot";
  if (mine && body.event_id) heard(body.event_id);
  time(line.at);
  const made = row(mine ? "mine" : bot ? "bot" : "worker", mine ? "我说" : bot ? "小滨" : "工作人员 " + line.who, body);
  at("log").append(made);
  if (body.quick_exit) offerExit();
  return { made, mine };
}

export function showAll(lines) {
  const stay = !pinned && !isFlying();
  const fresh = lines.map(show).filter(Boolean);
  at("log").setAttribute("aria-busy", "false");
  if (!fresh.length) return;
  if (stay && !fresh.some((one) => one.mine)) at("newer").hidden = false;
  else follow(fresh);
  const others = fresh.filter((one) => !one.mine).length;
  if (document.hidden && others) document.title = "(" + (unseen += others) + ") " + TITLE;
}

function follow(fresh) {  // a long answer is read from its top
  toEnd();
  if (fresh.length > 9) return;  // the whole talk after a reload
  const first = fresh.find((one) => !one.mine) || fresh[0];
  const top = first.made.getBoundingClientRect().top - at("scroll").getBoundingClientRect().top;
  if (top >= 0) return;
  at("scroll").scrollTop += top - 8;
  pinned = false;
}

export function seen() {
  unseen = 0;
  document.title = TITLE;
}

export function drawPending(unsent) {
  at("pending").textContent = "";
  for (const m of unsent) at("pending").append(row("mine pending", "还没发出", m));
}

export function watchScroll() {
  at("newer").addEventListener("click", toEnd);
  at("scroll").addEventListener("scroll", () => {
    pinned = atEnd();
    if (pinned) at("newer").hidden = true;
  });
  if (!window.ResizeObserver) return;
  const grown = new ResizeObserver(() => { if (pinned && !isGone()) toEnd(); });  // a photo has loaded, the keyboard came up
  grown.observe(at("scroll"));
  grown.observe(at("log"));
}
