// 填报表: puts a pasted block into the cells it is meant for, and says what went where.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  if (!gridCells) {
    return;
  }
  const { grid, rows, input, cellsOf, rowOf, cellOf, put, together, undo } = gridCells;
  const status = document.getElementById("grid-status");
  const page = {
    columns: Array.from(grid.querySelectorAll("th[data-heading]"), (heading) => ({
      name: heading.dataset.heading,
      labels: heading.dataset.labels.split("/").map(gridMatch.label),
      unit: heading.dataset.unit,
    })),
    units: JSON.parse(grid.dataset.units),
    isPart: grid.dataset.part !== undefined,
    rows: rows.map(({ dataset }) => ({ words: [dataset.name, dataset.code], headquarters: dataset.headquarters })),
  };

  document.addEventListener("paste", (event) => {
    const field = event.target.closest("input, select, textarea");
    const cell = field && cellOf(field);
    if ((field && !cell) || !gridPaste.isBlock(event.clipboardData, field)) {
      return;
    }
    const block = gridPaste.cells(event.clipboardData.getData("text/plain"));
    const plan = gridMatch.plan(block, page, cell && placeOf(cell));
    if (plan) {
      event.preventDefault();
      place(plan);
    }
  });

  function placeOf(cell) {
    const row = rowOf(cell);
    return { row: rows.indexOf(row), column: cellsOf(row).indexOf(cell) };
  }

  const fieldAt = ({ row, column }) => rows[row] && input(cellsOf(rows[row])[column]);
  const isSum = ({ column, row }) => Boolean(cellsOf(rows[row])[column]?.dataset.sumOf);

  function place(plan) {
    const [into, closed] = [[], []];
    plan.cells.forEach((value) => (fieldAt(value) ? into : closed).push(value));
    // Totals first: one that is pasted is there before this month's amount would fill it.
    into.sort((one, other) => isSum(other) - isSum(one));
    const emptied = into.filter((value) => !value.text && fieldAt(value).value).length;
    const step = together(() => into.forEach((value) => put(fieldAt(value), value.text)));
    tell(plan, into, emptied, step);
    tellLeft(plan, closed.filter(({ text }) => text));
  }

  // What became of it

  function element(name, words) {
    const made = document.createElement(name);
    made.textContent = words;
    return made;
  }

  function tell(plan, into, emptied, step) {
    const number = new Set(into.map(({ row }) => row)).size;
    const line = element("p", `已${plan.named ? "按名称" : "按位置"}贴入 ${number} 行、${into.length} 格。`);
    line.textContent += [
      plan.heading ? "表头没有贴入，各栏按表头放置。" : "",
      plan.totals ? `跳过 ${plan.totals} 行合计。` : "",
      plan.footers ? `跳过 ${plan.footers} 行制表人、注释。` : "",
      emptied ? `其中 ${emptied} 格原来有内容，现为空。` : "",
      plan.strange.length ? `这里没有这些栏，没有贴入：${plan.strange.join("、")}。` : "",
    ].join("");
    const button = element("button", "撤销这次粘贴");
    button.type = "button";
    button.addEventListener("click", () => undo(step));
    line.append(" ", button);
    status.replaceChildren(line);
    status.step = step;
  }

  grid.addEventListener("grid:undone", ({ detail }) => {
    if (status.step === detail) {
      status.replaceChildren(element("p", "已撤销这次粘贴，各格恢复原样。"));
    }
  });

  function tellLeft({ named, left }, closed) {
    const lines = Array.from(new Set(closed.map(({ texts }) => texts)), (texts) => {
      const own = closed.filter((value) => value.texts === texts).map(({ text }) => text);
      return (named ? texts : own).join("\t");
    });
    if (lines.length) {
      const kept = element("textarea", "");
      kept.readOnly = true;
      kept.rows = Math.min(lines.length, 5);
      kept.setAttribute("aria-label", "没有贴入的内容");
      kept.value = lines.join("\n");
      const why = named ? "已提交或不能改" : "放不下（超出表格，或那一格不能改）";
      status.append(element("p", `有 ${lines.length} 行${why}，没有贴入，留在下面：`), kept);
    }
    const elsewhere = left.filter(({ why }) => why === gridMatch.ELSEWHERE);
    if (elsewhere.length) {
      const words = `有 ${elsewhere.length} 行在这一页没有，没有贴入；整张表请在表格下方点“全部”，显示所有行后再贴。`;
      status.append(element("p", words));
    }
    const here = left.filter(({ why }) => why !== gridMatch.ELSEWHERE);
    if (here.length) {
      const list = element("ul", "");
      list.append(...here.map(itemOf));
      status.append(element("p", `有 ${here.length} 行没有贴入，请选择各放到哪一行：`), list);
    }
  }

  // A line whose name was not found, with a choice of rows to put it into.
  function itemOf({ name, why, values }) {
    const item = element("li", `“${name}”：${why} `);
    const choice = element("select", "");
    choice.setAttribute("aria-label", `“${name}”放到哪一行`);
    choice.append(element("option", "放到…"));
    rows.forEach((row, at) => {
      if (row.querySelector("td :is(input, select, textarea)")) {
        const option = element("option", [row.dataset.name, row.dataset.headquarters].filter(Boolean).join("，"));
        option.value = at;
        choice.append(option);
      }
    });
    choice.addEventListener("change", () => {
      const into = values.map((value) => ({ ...value, row: Number(choice.value) })).filter(fieldAt);
      into.sort((one, other) => isSum(other) - isSum(one));
      together(() => into.forEach((value) => put(fieldAt(value), value.text)));
      item.textContent = `“${name}”：已放到“${rows[choice.value].dataset.name}”。`;
    });
    item.append(choice);
    return item;
  }
});
