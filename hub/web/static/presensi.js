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
