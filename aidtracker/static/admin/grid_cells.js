// 填报表: moving between cells by keyboard, taking back, totals that follow.
// Tells the row of every change by the event "grid:change"; grid.js saves it.
"use strict";

let gridCells = null; // what grid_place.js needs of it

document.addEventListener("DOMContentLoaded", () => {
  const grid = document.getElementById("grid");
  if (!grid) {
    return;
  }
  const rows = Array.from(grid.querySelectorAll("tr[data-row]"));
  const steps = []; // what can be taken back, the last one last: {before: field → how it was, isWhole}
  let whole = null; // the step of many cells that is being made
  let atStart = ""; // of the cell one is in
  let isTyped = false; // whether somebody changed it since

  const input = (cell) => cell && cell.querySelector("input, select, textarea");
  const cellsOf = (row) => Array.from(row.querySelectorAll("td[data-column]"));
  const rowOf = (field) => field.closest("tr[data-row]");
  const cellOf = (field) => field.closest("td[data-column]");

  function changed(field) {
    follow(cellOf(field));
    rowOf(field).dispatchEvent(new CustomEvent("grid:change", { bubbles: true }));
  }

  const stateOf = (field) => ({ value: field.value, followed: field.dataset.followed });

  function keep(field) {
    if (whole && !whole.before.has(field)) {
      whole.before.set(field, stateOf(field));
    }
  }

  // What is put where one chooses and is no choice stays to be seen, and is refused where it is stored.
  function offer(field, value) {
    if (field.options && !Array.from(field.options).some((one) => one.value === value)) {
      field.add(new Option(value, value));
    }
  }

  function put(field, value) {
    if (field.value !== value) {
      keep(field);
      isTyped = isTyped || !whole;
      offer(field, value);
      field.value = value;
      delete field.dataset.followed;
      changed(field);
    }
  }

  // Changes to many cells that are taken back together, and saved at once.
  function together(change) {
    whole = { before: new Map(), isWhole: true };
    const step = whole;
    change();
    whole = null;
    settle(step);
    steps.push(step);
    return step;
  }

  function settle(step) {
    atStart = document.activeElement.value;
    isTyped = false;
    step.before.forEach((_, field) => mark(field));
    grid.dispatchEvent(new CustomEvent("grid:pasted"));
  }

  function mark(field) {
    field.classList.toggle("is-followed", Boolean(field.value) && field.dataset.followed === field.value);
    rowOf(field).dispatchEvent(new CustomEvent("grid:change", { bubbles: true }));
  }

  function undo(step) {
    steps.splice(steps.indexOf(step), 1);
    step.before.forEach(({ value, followed }, field) => {
      field.value = value;
      delete field.dataset.followed;
      if (followed !== undefined) {
        field.dataset.followed = followed;
      }
    });
    settle(step);
    grid.dispatchEvent(new CustomEvent("grid:undone", { detail: step }));
  }

  // Totals

  const PLAIN = /^[+-]?\d[\d,]*(\.\d{1,6})?$/;

  function millionths(text) {
    const narrow = text.trim().replace(/[０-９．－＋，]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0));
    if (!PLAIN.test(narrow)) {
      return null;
    }
    const [whole, fraction = ""] = narrow.replace(/[,+]/g, "").split(".");
    return BigInt(whole + fraction.padEnd(6, "0"));
  }

  function plain(number) {
    const digits = (number < 0n ? -number : number).toString().padStart(7, "0");
    const text = `${digits.slice(0, -6)}.${digits.slice(-6)}`.replace(/\.?0+$/, "");
    return (number < 0n ? "-" : "") + text;
  }

  // This month's amount fills the total, unless somebody typed another total.
  function follow(cell) {
    const total = rowOf(cell).querySelector(`td[data-sum-of="${cell.dataset.column}"]`);
    const field = input(total);
    if (!field || (field.value && field.dataset.followed !== field.value)) {
      return;
    }
    const base = millionths(total.dataset.base);
    const part = millionths(input(cell).value);
    keep(field);
    field.value = base === null || part === null ? "" : plain(base + part);
    field.dataset.followed = field.value;
    field.classList.toggle("is-followed", Boolean(field.value));
  }

  // A total that is the sum already goes on following.
  rows.forEach((row) => {
    row.querySelectorAll("td[data-sum-of]").forEach((total) => {
      const part = row.querySelector(`td[data-column="${total.dataset.sumOf}"]`);
      const [base, amount] = [total.dataset.base, input(part) ? input(part).value : ""].map(millionths);
      if (input(total) && base !== null && amount !== null && input(total).value === plain(base + amount)) {
        input(total).dataset.followed = input(total).value;
      }
    });
  });

  // Moving

  function move(field, down, right) {
    let row = rows.indexOf(rowOf(field));
    let column = cellsOf(rows[row]).indexOf(cellOf(field));
    let found = null;
    while (!found) {
      row += down;
      column += right;
      const cells = rows[row] ? cellsOf(rows[row]) : [];
      if (!cells[column]) {
        return;
      }
      found = rows[row].hidden ? null : input(cells[column]);
    }
    found.focus();
  }

  function isAtEdge(field, key) {
    if (field.options) {
      return key === "ArrowLeft" || key === "ArrowRight"; // up and down choose
    }
    const { selectionStart: start, selectionEnd: end, value } = field;
    if (start === 0 && end === value.length) {
      return true;
    }
    if (start !== end) {
      return false;
    }
    const edge = { ArrowLeft: value.slice(0, start), ArrowRight: value.slice(end) };
    if (key in edge) {
      return edge[key] === "";
    }
    const part = key === "ArrowUp" ? value.slice(0, start) : value.slice(end);
    return field.tagName === "INPUT" || !part.includes("\n");
  }

  const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

  function breakLine(field) {
    field.setRangeText("\n", field.selectionStart, field.selectionEnd, "end");
    isTyped = true;
    changed(field);
  }

  // What was typed here; then the last change of many cells, or of this one, whichever was later.
  function takeBack(field) {
    if (!isTyped) {
      const step = steps.findLast((one) => one.isWhole || one.before.has(field));
      if (!step) {
        return;
      }
      if (step.isWhole) {
        undo(step);
        return;
      }
      steps.splice(steps.indexOf(step), 1);
      atStart = step.before.get(field).value;
    }
    restore(field);
  }

  function restore(field) {
    isTyped = false;
    field.value = atStart;
    changed(field);
    field.select?.();
  }

  function copyLast(field) {
    const { last } = cellOf(field).dataset;
    if (last) {
      put(field, last);
    }
  }

  // What stands in the cell above, then on to the one below: a column is filled by one key.
  function copyAbove(field) {
    const shown = rows.filter((row) => !row.hidden);
    const above = shown[shown.indexOf(rowOf(field)) - 1];
    const cell = above && above.querySelector(`td[data-column="${cellOf(field).dataset.column}"]`);
    if (cell) {
      put(field, input(cell) ? input(cell).value : cell.querySelector(".grid-value").textContent);
      move(field, 1, 0);
    }
  }

  grid.addEventListener("keydown", (event) => {
    const field = event.target;
    if (event.isComposing || !field.matches("td[data-column] :is(input, select, textarea)")) {
      return;
    }
    const isCommand = event.ctrlKey || event.metaKey;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (key === "Enter" && (event.altKey || isCommand) && field.tagName === "TEXTAREA") {
      breakLine(field);
    } else if (key === "Enter") {
      move(field, event.shiftKey ? -1 : 1, 0);
    } else if (key === "Escape") {
      restore(field);
    } else if (isCommand && key === "z" && !event.shiftKey) {
      takeBack(field);
    } else if (isCommand && key === "d" && event.shiftKey) {
      copyAbove(field);
    } else if (isCommand && key === "d") {
      copyLast(field);
    } else if (key in ARROWS && !event.shiftKey && !isCommand && !event.altKey && isAtEdge(field, key)) {
      move(field, ...ARROWS[key]);
    } else {
      return;
    }
    event.preventDefault();
  });

  grid.addEventListener("focusin", ({ target }) => {
    if (cellOf(target)) {
      atStart = target.value;
      isTyped = false;
      target.select?.();
    }
  });

  grid.addEventListener("focusout", ({ target }) => {
    if (cellOf(target) && isTyped && target.value !== atStart) {
      steps.push({ before: new Map([[target, { value: atStart }]]), isWhole: false });
    }
  });

  grid.addEventListener("input", ({ target }) => {
    if (cellOf(target)) {
      isTyped = true;
      delete target.dataset.followed;
      target.classList.remove("is-followed");
      changed(target);
    }
  });

  // What the numbers of a column add up to, and rows found by their names

  const sums = Array.from(document.querySelectorAll("#grid-totals .is-number"));

  // What a cell counts as: nothing as long as it is wrong.
  function countedIn(cell) {
    const field = input(cell);
    if (!field) {
      return cell.querySelector(".grid-value").textContent;
    }
    return field.hasAttribute("aria-invalid") ? "" : field.value;
  }

  function addUp() {
    sums.forEach((place) => {
      const cells = grid.querySelectorAll(`tbody td[data-column="${place.dataset.total}"]`);
      const texts = Array.from(cells, countedIn);
      const known = texts.map(millionths).filter((one) => one !== null);
      place.textContent = known.length ? plain(known.reduce((all, one) => all + one)) : "";
      place.title = `${known.length} 行有数`;
    });
  }

  document.getElementById("grid-totals").hidden = !sums.length;
  let pause = null;
  ["grid:change", "grid:answered"].forEach((name) => {
    grid.addEventListener(name, () => {
      clearTimeout(pause);
      pause = setTimeout(addUp, 100);
    });
  });
  addUp();

  const search = document.getElementById("grid-search");
  search.hidden = false;
  search.addEventListener("input", ({ target }) => {
    const words = target.value.trim().toLowerCase();
    rows.forEach((row) => {
      row.hidden = !`${row.dataset.name} ${row.dataset.code}`.toLowerCase().includes(words);
    });
  });
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      grid.querySelector("tr[data-open]:not([hidden]) :is(input, select, textarea):not([type=hidden])")?.focus();
    }
  });

  // Last month's words for every empty cell of a column

  grid.querySelectorAll("button[data-copy]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => {
      const fields = rows.map((row) => input(row.querySelector(`td[data-column="${button.dataset.copy}"]`)));
      together(() => fields.filter((field) => field && !field.value.trim()).forEach(copyLast));
    });
  });

  gridCells = { grid, rows, input, cellsOf, rowOf, cellOf, put, together, undo };
});
