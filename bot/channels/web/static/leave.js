// Leaving no trace: the screen first, then the cookie, then another page in this one's place in the history.

import { at, button, make, stored } from "./dom.js";
import { dropAll } from "./wire.js";

let gone = false;
export const isGone = () => gone;

export function offerExit() {
  at("leave").textContent = "隐藏记录";
  at("leave").classList.add("exit");
}

function cleared() {
  gone = true;
  dropAll();
  stored(() => sessionStorage.clear());
  document.title = "常用电话";
  document.body.textContent = "";
}

export function emptied() {  // another page of this browser asked for it
  if (gone) return;
  cleared();
  document.body.append(make("p", "when", "记录已清空。"), button("key", "重新开始", () => location.replace("/")));
}

export function forget() {
  return fetch("/chat/forget", { method: "POST", credentials: "same-origin", keepalive: true }).then((response) => {
    if (response.ok) stored(() => localStorage.removeItem("forget"));
    return response.ok;
  });
}

export function leave(to) {
  const patience = new Promise((resolve) => setTimeout(resolve, 1500));
  cleared();
  stored(() => localStorage.setItem("forget", "1"));  // where the network is down: at the next visit
  Promise.race([forget(), patience]).catch(() => false).then(() => location.replace(to));
}
