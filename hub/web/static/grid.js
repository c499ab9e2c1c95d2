// The month grid by keyboard (WAI-ARIA grid pattern) and by click; without this, names still lead to a person's month.
"use strict";
const grid = document.querySelector(".month-grid");
if (grid) {
  const rows = [...grid.querySelectorAll("tr[data-person]")];
  let current = null;

  const focusOn = (cell) => {
    if (!cell) return;
    if (current) current.tabIndex = -1;
    cell.tabIndex = 0;
    current = cell;
    cell.focus({ preventScroll: true });
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
  };

  const open = (cell) => {
    const row = cell.parentElement;
    const day = cell.cellIndex;
    if (cell.tagName === "TH") {
      row.querySelector("a").click();
    } else if (cell.title) {
      const date = `${grid.dataset.month}-${String(day).padStart(2, "0")}`;
      location.assign(`/pegawai/${encodeURIComponent(row.dataset.person)}/${date}`);
    }
  };

  // Names are cells as well: the link inside is reached with Enter, so that Tab leaves the grid at once.
  for (const link of grid.querySelectorAll("tr[data-person] a")) link.tabIndex = -1;
  current = rows[0].cells[1];
  current.tabIndex = 0;

  grid.addEventListener("keydown", (event) => {
    const cell = event.target.closest("td, th");
    if (!cell || event.altKey || event.metaKey) return;
    const row = rows.indexOf(cell.parentElement);
    const column = cell.cellIndex;
    const page = Math.max(1, Math.floor(grid.parentElement.clientHeight / cell.offsetHeight) - 2);
    const at = (y) => rows[Math.min(rows.length - 1, Math.max(0, y))];
    let next = null;
    switch (event.key) {
      case "ArrowRight": next = cell.nextElementSibling; break;
      case "ArrowLeft": next = cell.previousElementSibling; break;
      case "ArrowDown": next = at(row + 1).cells[column]; break;
      case "ArrowUp": next = at(row - 1).cells[column]; break;
      case "PageDown": next = at(row + page).cells[column]; break;
      case "PageUp": next = at(row - page).cells[column]; break;
      case "Home": next = (event.ctrlKey ? rows[0] : cell.parentElement).cells[0]; break;
      case "End": {
        const of = event.ctrlKey ? rows[rows.length - 1] : cell.parentElement;
        next = of.cells[of.cells.length - 1];
        break;
      }
      case "Enter": case " ": open(cell); event.preventDefault(); return;
      default: return;
    }
    event.preventDefault();
    focusOn(next);
  });

  grid.addEventListener("click", (event) => {
    const cell = event.target.closest("tr[data-person] > td");
    if (!cell) return;
    focusOn(cell);
    open(cell);
  });
}
