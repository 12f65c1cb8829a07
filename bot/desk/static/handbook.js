"use strict";
// The edit page works without this file (button 刷新预览); with it the preview follows what is typed.
document.querySelectorAll("form[data-preview]").forEach((form) => {
  const box = document.getElementById(form.dataset.preview), frame = box.closest(".preview");
  let waiting = 0, latest = 0;
  async function look() {
    const mine = ++latest;
    frame.classList.add("waiting");
    try {
      const answer = await fetch("/desk/handbook/preview", { method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual" });
      if (answer.ok && mine === latest) box.innerHTML = await answer.text();
    } catch (error) {
      // off the net: the last preview stays, saving will say so
    } finally {
      if (mine === latest) frame.classList.remove("waiting");
    }
  }
  form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(look, 500); });
  let changed = false;
  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("submit", () => { changed = false; });
  window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
});
