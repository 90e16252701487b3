// Places in a document's text, counted in characters as the server counts them: a character
// outside the basic plane is one here and two in a JavaScript string.
"use strict";

window.entryText = (() => {
  const TOO_LONG = 60;

  function count(string) {
    let length = 0;
    for (const _ of string) {
      length += 1;
    }
    return length;
  }

  // The place of a point of the page in the text of `root`.
  function placeOf(root, node, offset) {
    const before = document.createRange();
    before.setStart(root, 0);
    before.setEnd(node, offset);
    return count(before.toString());
  }

  function words(root, start, end) {
    return Array.from(root.textContent).slice(start, end).join("");
  }

  // The range of the page that shows text[start:end]; null if there is none.
  function rangeOf(root, start, end) {
    const range = document.createRange();
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    let position = 0;
    let begun = false;
    while (walker.nextNode()) {
      const characters = Array.from(walker.currentNode.data);
      const point = (place) => characters.slice(0, place - position).join("").length;
      if (!begun && start < position + characters.length) {
        range.setStart(walker.currentNode, point(start));
        begun = true;
      }
      if (begun && end <= position + characters.length) {
        range.setEnd(walker.currentNode, point(end));
        return range;
      }
      position += characters.length;
    }
    return null;
  }

  // What is selected in `root`, without the space around it: {start, end}; null if nothing is.
  function selected(root) {
    const selection = window.getSelection();
    if (selection.isCollapsed || selection.rangeCount === 0) {
      return null;
    }
    const range = selection.getRangeAt(0);
    if (!root.contains(range.startContainer) || !root.contains(range.endContainer)) {
      return null;
    }
    const text = range.toString();
    const inner = text.trim();
    if (!inner || count(inner) > TOO_LONG) {
      return null;
    }
    const start = placeOf(root, range.startContainer, range.startOffset)
      + count(text) - count(text.trimStart());
    return { start, end: start + count(inner) };
  }

  // Shows a place as the one that is being entered, beside whatever else marks it.
  function show(root, start, end) {
    if (!window.Highlight) {
      return;
    }
    const range = end > start ? rangeOf(root, start, end) : null;
    CSS.highlights.set("entry-place", range ? new Highlight(range) : new Highlight());
  }

  return { words, selected, show };
})();
