// How one line of the talk looks.

import { button, make } from "./dom.js";
import { leave } from "./leave.js";
import { say } from "./wire.js";

export const labels = new Map();  // option id -> label, for lines that say only which button it was

const FIND = /(https?:\/\/[^\s，。；、）】》"']+)|\b(0\d{2,3}-\d{7,8}|1[3-9]\d{9}|12\d{3}|400-?\d{3}-?\d{4})\b(?![.-]\d)|([打拨]\s?)(110|119|120|122)(?!\d)/g;
const NUMBER_BEFORE = /[\d.-]$/;

function linked(text) {
  const made = document.createDocumentFragment();
  let from = 0;
  for (const found of text.matchAll(FIND)) {
    if (found[2] && NUMBER_BEFORE.test(text.slice(0, found.index))) continue;  // part of a longer number
    if (/^12\d{3}$/.test(found[2] || "") && /^\s*[元块分个人次]/.test(text.slice(found.index + 5))) continue;
    const what = found[1] || found[2] || found[4], link = make("a", "", what);
    made.append(text.slice(from, found.index) + (found[3] || ""));
    link.href = found[1] ? what : "tel:" + what;
    if (found[1]) { link.target = "_blank"; link.rel = "noopener noreferrer"; }
    made.append(link);
    from = found.index + found[0].length;
  }
  made.append(text.slice(from));
  return made;
}

function words(text) {
  const made = make("p", "said");
  made.append(linked(text));
  return made;
}

function card(told) {
  const made = make("section", "card"), list = make("dl");
  made.append(make("h2", "", told.title));
  for (const row of told.rows) {
    const cell = make("dd");
    cell.append(linked(row[1]));
    list.append(make("dt", "", row[0]), cell);
  }
  made.append(list);
  if (told.foot) {
    const foot = make("p", "foot");
    foot.append(linked(told.foot));
    made.append(foot);
  }
  return made;
}

function options(told) {
  const made = make("ol", "options");
  let last = 0;
  told.forEach((option, n) => {
    labels.set(option[0], option[1]);
    const item = make("li"), key = button("option", "", () => {
      if (Date.now() - last < 1000) return;  // a trembling hand taps twice
      last = Date.now();
      say({ button: option[0] });
    });
    key.append(make("b", "", n + 1 + "."), make("span", "", option[1]));
    item.append(key);
    made.append(item);
  });
  return made;
}

function picture(id, alt) {
  const made = make("img");
  made.alt = alt;
  made.addEventListener("error", () => made.replaceWith(make("p", "said", "（照片打不开）")));
  made.src = "/chat/picture/" + encodeURIComponent(id);
  return made;
}

function place(where) {
  const made = make("p", "said"), link = make("a", "", "在地图里看");
  link.href = "geo:" + where[0] + "," + where[1];
  made.append("位置 " + where[0].toFixed(5) + "，" + where[1].toFixed(5) + " ", link);
  return made;
}

function aloud(bubble) {
  const parts = Array.from(bubble.querySelectorAll(".said, h2, dt, dd, .foot, .option"), (one) => one.textContent);
  const voice = new SpeechSynthesisUtterance(parts.join("。"));
  voice.lang = "zh-CN";
  voice.rate = 0.9;
  speechSynthesis.cancel();
  speechSynthesis.speak(voice);
}

function bubble(body, mine) {
  const made = make("div", "bubble");
  if (body.text) made.append(words(body.text));
  if (!body.text && body.button) made.append(make("p", "said", labels.get(body.button) || "（点了一个按钮）"));
  if (body.photo) made.append(picture(body.photo, mine ? "我发的照片" : "照片"));
  if (body.picture) made.append(picture(body.picture, "照片"));
  if (body.card) made.append(card(body.card));
  if (body.location) made.append(mine ? make("p", "said", "我的位置") : place(body.location));
  if (body.file) made.append(make("p", "said", "（照片）"));
  if (body.options && body.options.length) made.append(options(body.options));
  if (body.quick_exit) made.append(button("quick exit", "隐藏记录", () => leave("/chat/away")));
  if (!mine && "speechSynthesis" in window) made.append(button("aloud elder", "读一遍", () => aloud(made)));
  return made;
}

export function row(kind, who, body) {
  const made = make("div", "line " + kind), mine = kind.startsWith("mine");
  made.append(make("p", kind === "mine" ? "who hidden" : "who", who), bubble(body, mine));
  return made;
}
