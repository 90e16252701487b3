// 填报表: a block copied from a spreadsheet, taken apart into rows of cells.
"use strict";

const gridPaste = {
  // The cells of tab-separated text. A cell in quotes may hold line breaks and doubled quotes.
  cells(text) {
    const rows = [[]];
    const source = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
    let at = 0;
    while (at <= source.length) {
      const quoted = gridPaste.quoted(source, at);
      const end = quoted ? quoted.end : gridPaste.end(source, at);
      rows[rows.length - 1].push(quoted ? quoted.text : source.slice(at, end));
      if (source[end] === "\n") {
        rows.push([]);
      }
      at = end + 1;
    }
    return rows;
  },

  end(source, at) {
    const found = source.slice(at).search(/[\t\n]/);
    return found < 0 ? source.length : at + found;
  },

  // A cell that begins with a quote and whose last quote stands before a tab, a break or the end.
  quoted(source, at) {
    if (source[at] !== '"') {
      return null;
    }
    const closing = /"(?:[^"]|"")*"(?=[\t\n]|$)/y;
    closing.lastIndex = at;
    const found = closing.exec(source);
    return found && { text: found[0].slice(1, -1).replace(/""/g, '"'), end: closing.lastIndex };
  },

  // Whether what is pasted is a block of cells, not words for one cell.
  isBlock(data, into) {
    const text = data.getData("text/plain").replace(/\r?\n$/, "");
    if (text.includes("\t")) {
      return true;
    }
    const fromTable = /<table/i.test(data.getData("text/html"));
    return /[\r\n]/.test(text) && (fromTable || !into || into.tagName === "INPUT");
  },
};
