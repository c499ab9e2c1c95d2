// Pages work without this; it only saves clicks.
"use strict";
for (const field of document.querySelectorAll("[data-submits]")) {
  field.addEventListener("change", () => {
    if (field.value || field.tagName === "SELECT") field.form.requestSubmit();
  });
}
for (const button of document.querySelectorAll("[data-prints]")) {
  button.addEventListener("click", () => window.print());
}
// What shows the present is loaded anew, unless somebody is at work in it. The cookie tells the hub that nobody asked.
const fresh = document.querySelector("[data-refreshes]");
const byItself = "presensi_diam=1; Path=/; SameSite=Strict; Max-Age=";
document.cookie = byItself + "0";
if (fresh) {
  setInterval(() => {
    const busy = document.activeElement !== null && document.activeElement !== document.body;
    if (busy || document.hidden) return;
    document.cookie = byItself + "10";
    location.reload();
  }, Number(fresh.dataset.refreshes) * 1000);
}
