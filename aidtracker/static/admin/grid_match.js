// 填报表: where the cells of a pasted block belong: by their names and headings, else by position.
"use strict";

const gridMatch = {
  HEADING_LINES: 8,
  ELSEWHERE: "这一页没有",
  ENOUGH: 3, // names in a column that make it a column of names
  NAMED: /^(?:援疆|建设|招商|工程|网点|场所|企业)?(?:项目|网点|场所|企业)?(?:名称|编号|编码|代码)?$/,
  TOTAL: /^(?:合计|总计|小计|共计)/,
  FOOTER: /^(?:制表|填表|填报|审核|复核|审批|经办|报送|联系|负责人|分管|主管|签字|盖章|日期|注|备注|说明)[^:]{0,8}:/,
  NUMBER: /^[+-]?[\d,]+(?:\.\d+)?$/,
  UNIT: /单位:?([^\s;。()]{1,20})/,
  UNIT_OF_HEADING: /\((?:单位:?)?([^()]{1,8})\)$/,
  MULTIPLE: /^(?:人民币)?(?:[十百千]?[万亿]|[百千])?(?:人民币)?(.*?)(?:人民币)?$/,

  // Words without differences that nobody sees: width of characters, spaces.
  plain: (text) => (text || "").normalize("NFKC").replace(/\s/g, ""),
  loose: (text) => gridMatch.plain(text).replace(/[\p{P}\p{S}]/gu, "").toLowerCase(),
  label: (text) => gridMatch.plain(text).replace(/\([^()]*\)$/, ""),

  // {cells: [{row, column, text, texts}], left: [{why, name, values}], …} of a block of texts.
  // `page` has `columns` and `rows`; `at` is the cell that was pasted into, if it was one.
  plan(block, page, at) {
    const heading = gridMatch.heading(block, page);
    const body = block.slice(heading.end);
    const finder = gridMatch.finder(body, page, heading);
    if (!finder.keys.length && !at) {
      return null;
    }
    const columns = gridMatch.columns(block, heading, finder.keys, at ? at.column : 0);
    const plan = { cells: [], left: [], totals: 0, footers: 0, heading: heading.end > 0, named: finder.keys.length > 0 };
    body.forEach((texts, down) => {
      const values = gridMatch.values(texts, columns, heading, page);
      const row = plan.named ? gridMatch.rowOf(texts, finder, plan) : { at: at.row + down };
      if (!row) {
        return;
      }
      if (row.why) {
        plan.left.push({ why: row.why, name: gridMatch.nameOf(texts, finder), values });
      } else {
        plan.cells.push(...values.map((value) => ({ ...value, row: row.at, texts })));
      }
    });
    plan.strange = gridMatch.strange(heading, finder);
    return plan;
  },

  // Headings

  isNamed: (text) => Boolean(gridMatch.label(text)) && gridMatch.NAMED.test(gridMatch.label(text)),
  columnOf: (text, page) => page.columns.findIndex(({ labels }) => labels.includes(gridMatch.label(text))),

  isHeading(texts, page) {
    const filled = texts.filter((text) => text.trim());
    const known = filled.filter((text) => gridMatch.columnOf(text, page) >= 0).length;
    const named = filled.some(gridMatch.isNamed);
    if (filled.some((text) => gridMatch.NUMBER.test(gridMatch.plain(text)))) {
      return false;
    }
    return known > 1 || (known === 1 && (named || filled.length === 1)) || (named && filled.length > 2);
  },

  // The lines of headings of a block, what each of its columns is called, and in which unit.
  heading(block, page) {
    const above = block.slice(0, gridMatch.HEADING_LINES);
    const end = above.map((texts) => gridMatch.isHeading(texts, page)).lastIndexOf(true) + 1;
    if (!end || end === block.length) {
      return { end: 0, titles: [], places: null, units: [] };
    }
    const lines = above.slice(0, end).filter((texts) => gridMatch.isHeading(texts, page)).reverse();
    const width = Math.max(...lines.map((texts) => texts.length));
    const titles = Array.from({ length: width }, (_, right) => {
      const words = lines.map((texts) => texts[right] || "").filter((text) => text.trim());
      return words.find((text) => gridMatch.columnOf(text, page) >= 0) || words[0] || "";
    });
    const places = titles.map((title) => gridMatch.columnOf(title, page));
    const stated = above.slice(0, end).flat().flatMap((text) => (gridMatch.plain(text).match(gridMatch.UNIT) || ["", ""])[1].split(/[,、;]/));
    const units = titles.map((title, right) => gridMatch.unitOf(title, stated, page, page.columns[places[right]]));
    return { end, titles, places, units };
  },

  // Units

  // What a unit measures, 万亩 like 亩; nothing of words that are none.
  dimension: (unit, page) => page.units[unit] ?? page.units[unit.match(gridMatch.MULTIPLE)[1] || "元"] ?? (/[元吨]\//.test(unit) ? unit : undefined),

  // The unit of a heading, or the one stated above that measures what its column does. What does not
  // fit goes along with the number and is refused where it is stored.
  unitOf(title, stated, page, column) {
    const own = (gridMatch.plain(title).match(gridMatch.UNIT_OF_HEADING) || [])[1];
    if (own && gridMatch.dimension(own, page) !== undefined) {
      return own;
    }
    const wanted = column && column.unit ? gridMatch.dimension(column.unit, page) : undefined;
    return stated.find((unit) => unit && wanted !== undefined && gridMatch.dimension(unit, page) === wanted);
  },

  // Headings of columns that the page does not have.
  strange: ({ places, titles }, { keys, headquartersTitles }) =>
    (places || []).flatMap((place, right) => {
      const isKnown = place >= 0 || keys.includes(right) || headquartersTitles.includes(right);
      return isKnown || !titles[right].trim() || gridMatch.plain(titles[right]) === "序号" ? [] : [titles[right].trim()];
    }),

  // Names

  indexOf(rows, wordsOf) {
    const index = new Map();
    rows.forEach((row, at) => {
      const words = wordsOf(row).filter(Boolean).flatMap((word) => [gridMatch.plain(word), gridMatch.loose(word)]);
      new Set(words).forEach((word) => index.set(word, [...(index.get(word) || []), at]));
    });
    return (text) => index.get(gridMatch.plain(text)) || index.get(gridMatch.loose(text)) || null;
  },

  // Which columns of a block name the rows of the page, and how to look a name up.
  finder(body, page, { places, titles }) {
    const subjects = gridMatch.indexOf(page.rows, ({ words }) => words);
    const headquarters = gridMatch.indexOf(page.rows, (row) => [row.headquarters]);
    const filled = body.filter((texts) => texts.some((text) => text.trim()));
    const wanted = places ? 1 : Math.min(gridMatch.ENOUGH, Math.ceil(filled.length / 2));
    const free = Array.from({ length: Math.max(0, ...filled.map((texts) => texts.length)) }, (_, right) => right).filter(
      (right) => !places || (places[right] < 0 && gridMatch.plain(titles[right]) !== "序号"),
    );
    const naming = (look) => free.filter((right) => filled.filter((texts) => look(texts[right])).length >= wanted);
    let keys = naming(subjects);
    if (!keys.length && places) {
      keys = free.filter((right) => gridMatch.isNamed(titles[right])).slice(0, 1);
    }
    const isOnly = !places && keys.length > 0 && filled.every((texts) => texts.length <= Math.max(...keys) + 1);
    return { isPart: page.isPart, subjects, headquarters, keys: isOnly ? [] : keys, headquartersTitles: naming(headquarters), filled };
  },

  nameOf: (texts, { keys }) => keys.map((right) => (texts[right] || "").trim()).filter(Boolean).join(" "),

  // {at} of the one row that a line names, or {why} not; null for a line that is none.
  rowOf(texts, finder, plan) {
    const { subjects, headquarters, keys, headquartersTitles } = finder;
    const names = keys.map((right) => texts[right] || "").filter((text) => text.trim());
    const isTotal = texts.slice(0, Math.max(...keys) + 1).some((text) => gridMatch.TOTAL.test(gridMatch.plain(text)));
    if (!texts.some((text) => text.trim()) || isTotal) {
      plan.totals += isTotal ? 1 : 0;
      return null;
    }
    const isFooter = gridMatch.FOOTER.test(gridMatch.plain(texts.find((text) => text.trim())));
    if (isFooter && !names.some(subjects)) {
      plan.footers += 1;
      return null;
    }
    const places = [...names.map(subjects), ...headquartersTitles.map((right) => headquarters(texts[right]))].filter(Boolean);
    if (!names.map(subjects).some(Boolean)) {
      return { why: finder.isPart ? gridMatch.ELSEWHERE : "没有找到" };
    }
    const found = places.reduce((both, some) => both.filter((at) => some.includes(at)));
    if (found.length !== 1) {
      return { why: found.length ? "有几行同名" : "名称与编号不是同一项" };
    }
    const isAgain = plan.cells.some(({ row }) => row === found[0]);
    return isAgain ? { why: "出现两次，只贴入了前一行" } : { at: found[0] };
  },

  // Values

  // For each column of a block the place of its column on the page; -1 for one to leave out.
  columns(block, { places }, keys, left) {
    const width = Math.max(...block.map((texts) => texts.length));
    const after = keys.length ? Math.max(...keys) + 1 : 0;
    const byPlace = (right) => (right < after ? -1 : left + right - after);
    return Array.from({ length: width }, (_, right) => (places ? (places[right] ?? -1) : byPlace(right)));
  },

  values: (texts, columns, { units }, page) =>
    texts.flatMap((text, right) => {
      const column = columns[right];
      if (column < 0) {
        return [];
      }
      const unit = units[right];
      const own = page.columns[column] && page.columns[column].unit;
      const isOther = unit && own && unit !== own && gridMatch.NUMBER.test(gridMatch.plain(text));
      return [{ column, text: text.trim() + (isOther ? unit : "") }];
    }),
};
