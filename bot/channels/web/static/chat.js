// The chat page: its keys, and what begins it.

import { at, make, state, stored } from "./dom.js";
import { forget, isGone, leave } from "./leave.js";
import { labels } from "./line.js";
import { note, seen, watchScroll } from "./log.js";
import { begin, hasPhoto, isOpen, open, say } from "./wire.js";

const MOST_BYTES = 10 * 1024 * 1024, LONGEST_SIDE = 1600;
const box = at("text");
let chosen = null;  // the photo in the preview

function send() {
  const text = box.value.trim();
  if (chosen) say({ text, file: chosen });
  else if (text) say({ text });
  else return box.focus();
  box.value = "";
  choose(null);
  grow();
  return box.focus();
}

function grow() {
  box.style.height = "auto";
  box.style.height = box.scrollHeight + 3 + "px";
}

// photo

function choose(file) {
  const thumb = at("thumb");
  if (thumb.src) URL.revokeObjectURL(thumb.src);
  thumb.removeAttribute("src");
  chosen = file;
  at("preview").hidden = !file;
  at("file").value = "";
  if (!file) return;
  thumb.src = URL.createObjectURL(file);
  box.focus();
}

async function shrunk(file) {  // a phone's 8 MB are too much for a weak line; where it fails, the server answers
  try {
    const image = await createImageBitmap(file), canvas = make("canvas");
    const scale = Math.min(1, LONGEST_SIDE / Math.max(image.width, image.height));
    canvas.width = Math.max(1, Math.round(image.width * scale));
    canvas.height = Math.max(1, Math.round(image.height * scale));
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve) => canvas.toBlob((made) => resolve(made || file), "image/jpeg", 0.88));
  } catch (error) {
    return file;
  }
}

async function pick() {
  const file = at("file").files[0];
  if (!file) return;
  const small = await shrunk(file);
  if (small.size > MOST_BYTES) note("照片超过10 MB，太大了。请换一张小一点的，或者先截个图再发。");
  else choose(small);
}

// place

const TYPE_IT = "直接打字告诉我在哪儿就行，比如“7号楼门口”。";
const NO_PLACE = {
  1: "您没有允许取位置，没关系。" + TYPE_IT,
  2: "现在取不到位置。" + TYPE_IT,
  3: "取位置等太久了。" + TYPE_IT,
};

function locate() {
  if (!window.isSecureContext || !navigator.geolocation) {
    note("这个网页用不了定位。" + TYPE_IT);
    return;
  }
  state("正在取位置…");
  navigator.geolocation.getCurrentPosition(
    (found) => { state(""); say({ location: [found.coords.latitude, found.coords.longitude] }); },
    (error) => { state(""); note(NO_PLACE[error.code] || NO_PLACE[2]); },
    { enableHighAccuracy: true, timeout: 10000, maximumAge: 60000 }
  );
}

// keys

function setBig(on) {
  document.documentElement.classList.toggle("big", on);
  at("big").setAttribute("aria-pressed", String(on));
  stored(() => (on ? localStorage.setItem("big", "1") : localStorage.removeItem("big")));
  grow();
}

function toggleBig() {
  const on = at("big").getAttribute("aria-pressed") !== "true";
  setBig(on);
  say({ text: on ? "长者模式" : "普通模式" });
}

function wipe() {
  if (at("leave").classList.contains("exit")) leave("/chat/away");
  else if (confirm("清空这台设备上的聊天记录吗？清空以后，在这里就看不到了。")) leave("/");
}

function onEnter(event) {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;  // 229: pinyin is being typed
  event.preventDefault();
  send();
}

function listen() {
  at("say").addEventListener("submit", (event) => { event.preventDefault(); send(); });
  box.addEventListener("input", grow);
  box.addEventListener("keydown", onEnter);
  document.querySelectorAll("[data-text]").forEach((key) => key.addEventListener("click", () => say({ text: key.dataset.text })));
  document.querySelectorAll("[data-button]").forEach((key) => {
    labels.set(key.dataset.button, key.dataset.label);
    key.addEventListener("click", () => say({ button: key.dataset.button }));
  });
  at("big").addEventListener("click", toggleBig);
  at("leave").addEventListener("click", wipe);
  at("photo").addEventListener("click", () => at("file").click());
  at("file").addEventListener("change", pick);
  at("drop").addEventListener("click", () => { choose(null); at("photo").focus(); });
  at("place").addEventListener("click", locate);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden || isGone()) return;
    seen();
    if (!isOpen()) open();
  });
  window.addEventListener("online", open);
  window.addEventListener("beforeunload", (event) => { if (hasPhoto()) event.preventDefault(); });
}

if (stored(() => localStorage.getItem("forget")) === "1") {
  forget().then((ok) => { if (ok) location.reload(); }).catch(() => state("网络不通，请稍后再试。", true));
} else {
  watchScroll();
  listen();
  setBig(stored(() => localStorage.getItem("big")) === "1");
  begin();
}
