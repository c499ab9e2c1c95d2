// Monday's times for every other working day; without this script each is typed.
for (const button of document.querySelectorAll("[data-copies-monday]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    for (const field of document.querySelectorAll(".week-fields input[type=time], .week-fields input[data-copied]")) {
      const [name, day] = field.name.split("-");
      const works = document.querySelector(`input[name="kerja-${day}"]`).checked;
      if (day !== "0" && works) field.value = document.querySelector(`input[name="${CSS.escape(name)}-0"]`).value;
    }
  });
}
