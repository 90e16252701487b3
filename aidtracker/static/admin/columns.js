// The columns of a list in the order in which a person wants them: moved by two buttons a line.
"use strict";

(() => {
  function move(button) {
    const line = button.closest("li");
    const other = button.value === "up" ? line.previousElementSibling : line.nextElementSibling;
    if (!other) {
      return;
    }
    if (button.value === "up") {
      other.before(line);
    } else {
      other.after(line);
    }
    button.focus();
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest(".list-columns button[data-moves]");
    if (button) {
      move(button);
    }
  });
})();
