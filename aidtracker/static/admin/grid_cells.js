// 填报表: moving between cells by keyboard, taking back, pasting, totals that follow.
// Tells the row of every change by the event "grid:change"; grid.js saves it.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const grid = document.getElementById("grid");
  if (!grid) {
    return;
  }
  const status = document.getElementById("grid-status");
  const rows = Array.from(grid.querySelectorAll("tr[data-row]"));
  const earlier = new Map();
  let atStart = "";

  const input = (cell) => cell && cell.querySelector("input, textarea");
  const cellsOf = (row) => Array.from(row.querySelectorAll("td[data-column]"));
  const rowOf = (field) => field.closest("tr[data-row]");
  const cellOf = (field) => field.closest("td[data-column]");

  function changed(field) {
    follow(cellOf(field));
    rowOf(field).dispatchEvent(new CustomEvent("grid:change", { bubbles: true }));
  }

  function put(field, value) {
    if (field.value !== value) {
      earlier.set(field, [...(earlier.get(field) || []), field.value]);
      field.value = value;
      delete field.dataset.followed;
      changed(field);
    }
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
    const base = millionths(total.dataset.last);
    const part = millionths(input(cell).value);
    field.value = base === null || part === null ? "" : plain(base + part);
    field.dataset.followed = field.value;
    field.classList.toggle("is-followed", Boolean(field.value));
  }

  // A total that is the sum already goes on following.
  rows.forEach((row) => {
    row.querySelectorAll("td[data-sum-of]").forEach((total) => {
      const part = row.querySelector(`td[data-column="${total.dataset.sumOf}"]`);
      const [base, amount] = [total.dataset.last, input(part) ? input(part).value : ""].map(millionths);
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
      found = input(cells[column]);
    }
    found.focus();
  }

  function isAtEdge(field, key) {
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
    changed(field);
  }

  function takeBack(field) {
    const before = earlier.get(field) || [];
    if (field.value === atStart && before.length) {
      atStart = before.pop();
    }
    field.value = atStart;
    changed(field);
    field.select();
  }

  function copyLast(field) {
    const { last } = cellOf(field).dataset;
    if (last) {
      put(field, last);
    }
  }

  grid.addEventListener("keydown", (event) => {
    const field = event.target;
    if (event.isComposing || !field.matches("td[data-column] :is(input, textarea)")) {
      return;
    }
    const isCommand = event.ctrlKey || event.metaKey;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (key === "Enter" && (event.altKey || isCommand) && field.tagName === "TEXTAREA") {
      breakLine(field);
    } else if (key === "Enter") {
      move(field, event.shiftKey ? -1 : 1, 0);
    } else if (key === "Escape") {
      field.value = atStart;
      changed(field);
      field.select();
    } else if (isCommand && key === "z" && !event.shiftKey) {
      takeBack(field);
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
      target.select();
    }
  });

  grid.addEventListener("focusout", ({ target }) => {
    if (cellOf(target) && target.value !== atStart) {
      earlier.set(target, [...(earlier.get(target) || []), atStart]);
    }
  });

  grid.addEventListener("input", ({ target }) => {
    if (cellOf(target)) {
      delete target.dataset.followed;
      target.classList.remove("is-followed");
      changed(target);
    }
  });

  // Pasting

  grid.addEventListener("paste", (event) => {
    const field = event.target;
    if (!cellOf(field) || !gridPaste.isBlock(event.clipboardData, field)) {
      return;
    }
    event.preventDefault();
    place(field, gridPaste.cells(event.clipboardData.getData("text/plain")));
  });

  function place(field, block) {
    const top = rows.indexOf(rowOf(field));
    const left = cellsOf(rows[top]).indexOf(cellOf(field));
    const outside = [];
    let placed = 0;
    // From right to left: a pasted total is there before this month's amount would fill it.
    block.forEach((texts, down) => {
      const cells = rows[top + down] ? cellsOf(rows[top + down]) : [];
      const over = texts.filter((text, right) => text.trim() && !input(cells[left + right]));
      if (over.length) {
        outside.push(over.join("\t"));
      }
      for (let right = texts.length - 1; right >= 0; right -= 1) {
        const into = input(cells[left + right]);
        if (into) {
          put(into, texts[right].trim());
          placed += 1;
        }
      }
    });
    atStart = field.value;
    tell(placed, outside);
    grid.dispatchEvent(new CustomEvent("grid:pasted"));
  }

  function tell(placed, outside) {
    const line = document.createElement("p");
    line.textContent = `已贴入 ${placed} 格。`;
    status.replaceChildren(line);
    if (outside.length) {
      line.textContent += `有 ${outside.length} 行的内容放不下（超出表格，或那一格不能改），没有贴入，留在下面：`;
      const kept = document.createElement("textarea");
      kept.readOnly = true;
      kept.rows = Math.min(outside.length, 5);
      kept.setAttribute("aria-label", "没有贴入的内容");
      kept.value = outside.join("\n");
      status.append(kept);
    }
  }

  // Last month's words for every empty cell of a column

  grid.querySelectorAll("button[data-copy]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => {
      rows
        .map((row) => input(row.querySelector(`td[data-column="${button.dataset.copy}"]`)))
        .filter((field) => field && !field.value.trim())
        .forEach(copyLast);
      grid.dispatchEvent(new CustomEvent("grid:pasted"));
    });
  });
});
