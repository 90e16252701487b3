// A text field with a list of rows to choose from, by keyboard: ↓ ↑ Enter, Esc closes the list.
"use strict";

window.EntryChoice = class EntryChoice {
  // `find(kind, words)` resolves to [{value, pk, note}]; `chosen(option)` is called after a choice.
  constructor(input, find, chosen) {
    this.input = input;
    this.find = find;
    this.chosen = chosen;
    this.asked = 0;
    this.active = -1;
    this.options = [];
    this.list = document.createElement("ul");
    this.list.className = "entry-choices";
    this.list.id = `${input.id}_choices`;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", "可选");
    this.list.hidden = true;
    this.list.addEventListener("mousedown", (event) => this.pressed(event));
    input.insertAdjacentElement("afterend", this.list);
    input.removeAttribute("list");
    for (const [name, value] of Object.entries({
      role: "combobox", "aria-expanded": "false", "aria-autocomplete": "list",
      "aria-controls": this.list.id,
    })) {
      input.setAttribute(name, value);
    }
    input.addEventListener("focus", () => this.ask(0));
    input.addEventListener("input", () => {
      delete input.dataset.pk;
      this.ask(120);
    });
    input.addEventListener("blur", () => this.wanted || this.close());
    input.addEventListener("keydown", (event) => this.key(event));
  }

  // Asks for what fits; if Enter was pressed meanwhile, takes the first of it.
  ask(delay) {
    clearTimeout(this.pause);
    this.settle(); // what is typed after Enter asks anew
    this.isAsking = true;
    const question = ++this.asked;
    this.pause = setTimeout(async () => {
      // A name that was chosen is no search: all proposals are shown again.
      const words = this.input.dataset.pk ? "" : this.input.value;
      const options = await this.find(this.input.dataset.find, words).catch(() => []);
      if (question === this.asked) {
        this.answer(options);
      }
    }, delay);
  }

  // Until the answer is there, `EntryChoice.settled` is a promise to wait for before saving.
  want() {
    EntryChoice.settled = new Promise((resolve) => {
      this.wanted = resolve;
    });
  }

  settle() {
    this.wanted?.();
    this.wanted = null;
  }

  answer(options) {
    this.isAsking = false;
    if (document.activeElement === this.input || this.wanted) {
      this.show(options);
    }
    if (this.wanted) {
      this.choose(0);
      this.settle();
    }
  }

  show(options) {
    this.options = options;
    this.list.replaceChildren(...options.map((option, index) => this.row(option, index)));
    this.list.hidden = options.length === 0;
    this.input.setAttribute("aria-expanded", String(!this.list.hidden));
    this.move(options.length ? 0 : -1);
  }

  row(option, index) {
    const row = document.createElement("li");
    row.id = `${this.list.id}_${index}`;
    row.setAttribute("role", "option");
    row.textContent = option.value;
    if (option.note) {
      const note = document.createElement("small");
      note.textContent = option.note;
      row.append(" ", note);
    }
    return row;
  }

  move(index) {
    this.active = index;
    Array.from(this.list.children).forEach((row, at) => {
      row.setAttribute("aria-selected", String(at === index));
      if (at === index) {
        row.scrollIntoView({ block: "nearest" });
      }
    });
    const row = this.list.children[index];
    this.input.setAttribute("aria-activedescendant", row ? row.id : "");
  }

  close() {
    clearTimeout(this.pause);
    this.asked += 1; // an answer under way comes too late
    this.isAsking = false;
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.setAttribute("aria-activedescendant", "");
  }

  choose(index) {
    const option = this.options[index];
    if (option) {
      this.input.value = option.value;
      this.input.dataset.pk = option.pk;
      this.close();
      this.chosen(this.input, option);
    }
  }

  pressed(event) {
    event.preventDefault(); // the field keeps the focus
    this.choose(Array.from(this.list.children).indexOf(event.target.closest("li")));
  }

  key(event) {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const size = this.options.length;
    if (event.key === "Enter") {
      event.preventDefault(); // Enter chooses; only Ctrl+Enter saves
      if (this.isAsking && this.input.value) {
        this.want(); // what is shown answers an earlier question
      } else if (!this.list.hidden) {
        this.choose(this.active);
      }
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (this.list.hidden) {
        this.ask(0);
      } else {
        this.move((this.active + (event.key === "ArrowDown" ? 1 : size - 1)) % size);
      }
    } else if (event.key === "Escape" && !this.list.hidden) {
      event.stopPropagation();
      this.close();
    }
  }
};
