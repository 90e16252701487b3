// Forms of the admin without a mouse: the first field, or the first one in error, has the focus;
// Ctrl+S saves, Ctrl+Enter saves and hands in; a choice made by typing counts as a change; work that takes long says so.
"use strict";

(() => {
  const FIELD = "input:not([type=hidden]), select, textarea";

  function isFree(field) {
    return !field.disabled && !field.readOnly && field.getClientRects().length > 0;
  }

  function focusFirst() {
    const wrong = document.querySelector(`.errors :is(${FIELD})`);
    const isDesk = !matchMedia("(pointer: coarse)").matches;
    const isNew = /\/add\/$/.test(location.pathname) && isDesk;
    const first = [...document.querySelectorAll(`.change-form form fieldset :is(${FIELD})`)];
    const answer = isDesk && document.querySelector(".review-steps [name=answer]");
    const field = wrong || (isNew && first.find(isFree)) || answer;
    if (field) {
      field.focus();
    }
  }

  function saveButton() {
    return document.querySelector(
      ':is(#submit-row, .submit-row) [name="_save"], :is(#grid, #entry-form) button[value="save"]',
    );
  }

  function handInButton() {
    return document.querySelector(':is(#submit-row, .submit-row) [name="_submit"]');
  }

  function onKey(event) {
    const isChord = event.ctrlKey || event.metaKey;
    const buttons = { s: saveButton, enter: handInButton };
    const button = isChord && buttons[event.key?.toLowerCase()]?.();
    if (button) {
      event.preventDefault();
      button.click();
    }
  }

  // The skin warns before leaving a changed form, but hears only what is typed, and not what was
  // typed before the page came back with errors.
  function tellOfChoices() {
    const form = document.querySelector("form.warn-unsaved-form");
    const changed = (field) => field?.dispatchEvent(new Event("input"));
    if (form && document.querySelector(".errornote")) {
      changed(form.querySelector(FIELD));
    }
    window.django?.jQuery?.(form).on("select2:select select2:unselect", (event) => {
      changed(event.target);
    });
  }

  // Words for who listens to a page instead of looking at it.
  function nameParts() {
    for (const icon of document.querySelectorAll(".material-symbols-outlined")) {
      icon.setAttribute("aria-hidden", "true");
    }
    document.querySelectorAll(".simplebar-content-wrapper").forEach((frame, at) => {
      frame.setAttribute("aria-label", `可滚动的内容 ${at + 1}`);
    });
    // What the skin leaves out: which part is the page itself, and headings that say nothing.
    document.getElementById("nav-sidebar-inner")?.setAttribute("aria-label", "主菜单");
    document.getElementById("main")?.setAttribute("role", "main");
    for (const heading of document.querySelectorAll("th")) {
      if (!heading.textContent.trim()) {
        heading.setAttribute("role", "cell");
      }
    }
  }

  // A field that is chosen by typing is called as its label says, and then what it holds.
  function nameChoices() {
    for (const box of document.querySelectorAll(".select2:not([data-named])")) {
      const select = box.previousElementSibling;
      const label = select?.labels?.[0];
      const words = label?.textContent.trim() || select?.getAttribute("aria-label") || "查找";
      box.dataset.named = "";
      box.querySelector(".select2-search__field")?.setAttribute("aria-label", words);
      const field = box.querySelector(".select2-selection[role=combobox]");
      const held = box.querySelector(".select2-selection__rendered");
      if (field) {
        field.setAttribute("aria-label", words);
        field.id ||= `${select?.id || "choice"}_chosen`;
        field.setAttribute("aria-labelledby", held?.id ? `${field.id} ${held.id}` : field.id);
      }
      if (held?.matches("[role=textbox]")) {
        held.setAttribute("aria-label", words);
        field?.setAttribute("aria-labelledby", field.id);
      }
      box.querySelector("ul.select2-selection__rendered")?.setAttribute("role", "none");
    }
    for (const search of document.querySelectorAll(".select2-dropdown .select2-search__field")) {
      search.setAttribute("aria-label", "查找");
    }
  }

  // The calendar of dates, of which Django has no Chinese letters for days.
  function sayDays() {
    const { CalendarNamespace: calendar } = window;
    if (!calendar) {
      return;
    }
    const { draw } = calendar;
    calendar.daysOfWeekInitial = [..."日一二三四五六"];
    calendar.draw = (month, year, place, ...rest) => {
      draw(month, year, place, ...rest);
      document.getElementById(place).querySelector("caption").textContent = `${year}年${month}月`;
    };
  }

  // A file that is only looked at first is sent as soon as it is chosen.
  function onChange(event) {
    if (event.target.matches("input[type=file][data-at-once]") && event.target.files.length) {
      event.target.form.requestSubmit();
    }
  }

  function onSubmit(event) {
    const { busy } = event.target.dataset;
    if (!busy || event.defaultPrevented) {
      return;
    }
    const button = event.submitter || event.target.querySelector("[type=submit]");
    const note = document.createElement("p");
    note.className = "record-busy";
    note.setAttribute("role", "status");
    note.textContent = busy;
    // Only after the browser has taken what the form says, the pressed button's step among it.
    setTimeout(() => {
      button.disabled = true;
    });
    button.after(note);
  }

  // Back to a page that the browser kept: nothing is under way any more.
  function onShow(event) {
    if (event.persisted) {
      document.querySelectorAll(".record-busy").forEach((note) => {
        note.previousElementSibling.disabled = false;
        note.remove();
      });
    }
  }

  // Before the fields hear it: some keep keys for themselves.
  document.addEventListener("keydown", onKey, true);
  document.addEventListener("submit", onSubmit);
  document.addEventListener("change", onChange);
  document.addEventListener("DOMContentLoaded", sayDays);
  window.addEventListener("pageshow", onShow);
  window.addEventListener("load", () => {
    focusFirst();
    tellOfChoices();
    nameParts();
    nameChoices();
    // They are made when the page is ready, or a row is added, or one is opened.
    new MutationObserver(nameChoices).observe(document.body, { childList: true, subtree: true });
  });
})();
