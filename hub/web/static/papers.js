// The pages of the papers work without this; it only saves clicks and waiting.
"use strict";
for (const hidden of document.querySelectorAll("[data-needs-script]")) hidden.hidden = false;
for (const all of document.querySelectorAll("[data-chooses]")) {
  const boxes = () => all.form.querySelectorAll(`input[type=checkbox][name="${all.dataset.chooses}"]`);
  all.addEventListener("change", () => { for (const box of boxes()) box.checked = all.checked; });
}
for (const field of document.querySelectorAll("input[type=file][data-most-bytes]")) {
  field.addEventListener("change", () => {
    const large = [...field.files].find((file) => file.size > Number(field.dataset.mostBytes));
    field.setCustomValidity(large ? `${large.name}: ${field.dataset.tooLarge}` : "");
    field.reportValidity();
  });
}
for (const choice of document.querySelectorAll("select[data-reveals]")) {
  const part = document.getElementById(choice.dataset.reveals);
  const show = () => {
    part.hidden = choice.value !== choice.dataset.revealsFor;
    for (const field of part.querySelectorAll("select, input")) field.disabled = part.hidden;
  };
  choice.addEventListener("change", show);
  show();
}
