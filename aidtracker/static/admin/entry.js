// 边读边录: takes figures from the text into the form, and saves without leaving the page.
// The server answers every button with the whole page; its parts replace those shown here.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const entry = document.getElementById("entry");
  const status = document.getElementById("entry-status");
  if (!entry || "readOnly" in entry.dataset) {
    return;
  }
  const LATER = 250;
  const part = (id) => document.getElementById(id);
  const field = (name) => part("entry-form").elements[name];
  const open = () => Array.from(entry.querySelectorAll("#entry-text a.open"));
  let isSaving = false;
  let asked = 0;
  let pause;

  function say(words, kind) {
    const message = document.createElement("p");
    message.className = `entry-message is-${kind}`;
    message.textContent = words;
    status.replaceChildren(message);
  }

  function address(name, parameters) {
    const url = new URL(entry.dataset[name], window.location.href);
    Object.entries(parameters).forEach(([key, value]) => url.searchParams.set(key, value));
    return url;
  }

  function place() {
    return { start: Number(field("start").value), end: Number(field("end").value) };
  }

  // The form follows the text

  function take(start, end) {
    const text = part("entry-text");
    field("start").value = start;
    field("end").value = end;
    // Of 3.1、3.5、4.2亿元 the first figures take the unit of the last: it is added in 〔〕.
    const link = text.querySelector(`a.open[data-start="${start}"][data-end="${end}"]`);
    const shared = link && link.dataset.shared ? `〔${link.dataset.shared}〕` : "";
    const words = entryText.words(text, start, end).trim().replace(/\s+/g, " ");
    field("printed").value = words + shared;
    entryText.show(text, start, end);
    clearTimeout(pause);
    pause = setTimeout(readPlace, LATER / 5);
  }

  async function readPlace() {
    read();
    const { start, end } = place();
    const response = await fetch(address("nearby", { start, end })).catch(() => null);
    if (response && response.ok && place().start === start && place().end === end) {
      part("entry-nearby").innerHTML = await response.text();
      propose();
    }
  }

  // What the words before a figure say of it stands there until somebody chooses otherwise.

  function propose() {
    const said = part("entry-said").dataset;
    for (const name of ["nature", "accumulation"]) {
      const chosen = field(name);
      const words = said[`${name}Words`];
      if (words && !("touched" in chosen.dataset)) {
        chosen.value = said[name];
        mark(name, `据原文“${words}”`);
      } else if (!("touched" in chosen.dataset)) {
        mark(name, chosen.value ? "沿用上一条，原文没有说，请核对" : "");
      }
    }
  }

  function mark(name, words) {
    const note = entry.querySelector(`[data-mark="${name}"]`);
    note.textContent = words;
    note.parentElement.classList.toggle("is-proposed", Boolean(words));
  }

  async function read() {
    const question = ++asked;
    const output = part("entry-reading");
    const printed = field("printed").value.trim();
    const series = field("series").dataset.pk || "";
    const answer = printed
      ? await fetch(address("read", { printed, series })).then((got) => got.json()).catch(() => null)
      : null;
    if (question === asked) {
      output.textContent = answer ? answer.sentence : "";
      output.dataset.state = answer ? (answer.is_readable ? "read" : "unread") : "empty";
    }
  }

  async function find(kind, words) {
    const parameters = { kind, q: words, printed: field("printed").value, ...place() };
    const response = await fetch(address("find", parameters));
    return (await response.json()).options;
  }

  function applyPeriod(button) {
    for (const name of ["period_start", "period_end", "as_of", "period_text"]) {
      field(name).value = button.dataset[name];
    }
    field("is_period_inferred").checked = Boolean(button.dataset.is_period_inferred);
  }

  // Moving about

  function step(by) {
    const phrases = open();
    const here = phrases.indexOf(document.activeElement);
    const next = here < 0 ? (by > 0 ? 0 : phrases.length - 1) : here + by;
    (phrases[next] || document.activeElement).focus();
  }

  function phraseAt(start) {
    const phrases = open();
    return phrases.find((one) => Number(one.dataset.start) >= start) || phrases[0];
  }

  function backToText() {
    const phrase = phraseAt(place().start);
    if (phrase) {
      phrase.focus();
    }
  }

  function takePhrase(phrase) {
    const { start, end } = phrase.dataset;
    const now = place();
    // A place that was widened or narrowed by hand stays as it is.
    if (now.start >= Number(end) || now.end <= Number(start)) {
      take(Number(start), Number(end));
    }
  }

  function extend(key, isStart) {
    if (document.activeElement.matches("a.open")) {
      takePhrase(document.activeElement);
    }
    const { start, end } = place();
    const by = key === "ArrowRight" ? 1 : -1;
    const [first, last] = isStart ? [start + by, end] : [start, end + by];
    if (first >= 0 && first < last && last <= Array.from(part("entry-text").textContent).length) {
      take(first, last);
    }
  }

  // Saving

  // What was typed since the form was sent stays: it belongs to what comes next.
  function typedSince(sent) {
    const now = new FormData(part("entry-form"));
    return [...now].filter(([name, value]) => sent.has(name) && sent.get(name) !== value);
  }

  function typeAgain(typed, name, caret) {
    for (const [one, value] of typed) {
      if (field(one)) {
        field(one).value = value;
      }
    }
    const last = typed.some(([one]) => one === name) && field(name);
    if (last) {
      last.focus();
      last.setSelectionRange?.(caret, caret);
    }
    return Boolean(last);
  }

  function adopt(page) {
    const scroll = part("entry-text").scrollTop;
    entry.replaceChildren(...page.getElementById("entry").childNodes);
    status.replaceChildren(...page.getElementById("entry-status").childNodes);
    part("entry-text").scrollTop = scroll;
    prepare();
    const wrong = entry.querySelector("[aria-invalid=true], .entry-error");
    if (wrong) {
      (wrong.matches(".entry-error") ? part("id_printed") : wrong).focus();
    }
    return !wrong;
  }

  async function send(button) {
    if (isSaving) {
      return;
    }
    isSaving = true;
    await EntryChoice.settled;
    document.dispatchEvent(new Event("entry:sent"));
    if (!(await window.desk.ready())) {
      isSaving = false;
      return;
    }
    const action = button ? button.value : "save";
    const data = new FormData(part("entry-form"));
    data.set("action", action);
    try {
      const response = await fetch(window.location.href, { method: "POST", body: data });
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      if (!response.ok || !page.getElementById("entry")) {
        say("没有保存：登录已过期或没有权限。填写的内容还在；请在另一页登录后再试。", "error");
        return;
      }
      const typed = typedSince(data);
      const { name, selectionEnd } = document.activeElement;
      const isSaved = adopt(page);
      if (isSaved) {
        history.replaceState(null, "", response.url);
      }
      if (!typeAgain(typed, name, selectionEnd) && isSaved) {
        after(action);
      }
    } catch {
      say("没有保存：连不上服务器。填写的内容还在，请稍后再试。", "error");
    } finally {
      isSaving = false;
    }
  }

  function after(action) {
    if (action === "series") {
      field("accumulation").focus();
      return;
    }
    readPlace(); // with what is of the same shape as what was just saved
    backToText();
  }

  function buttonFor(element) {
    // On the heading that opens the fields of a new series one is still in those of the figure.
    const box = !element.matches("summary") && element.closest(".entry-new-series, .entry-skip");
    return (box || entry).querySelector(`button[name=action]${box ? "" : "[value=save]"}`);
  }

  // Keys and clicks

  function textKey(event) {
    const phrase = event.target.closest("a.open");
    const keys = { n: () => step(1), p: () => step(-1), s: () => skipHere(phrase) };
    if (event.shiftKey && ["ArrowLeft", "ArrowRight"].includes(event.key)) {
      event.preventDefault();
      extend(event.key, event.altKey);
    } else if (keys[event.key] && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      keys[event.key]();
    }
  }

  function skipHere(phrase) {
    const reason = field("reason");
    if (phrase && reason) {
      takePhrase(phrase);
      reason.focus();
    }
  }

  function formKey(event) {
    const at = Number(event.key) - 1;
    const period = event.altKey && part("entry-nearby").querySelectorAll("[data-period_text]")[at];
    if (period) {
      event.preventDefault();
      applyPeriod(period);
    } else if (event.key === "Escape") {
      backToText();
    } else if (event.key === "Enter" && event.target.matches("#id_reason, #id_skip_note")) {
      event.preventDefault();
      send(buttonFor(event.target));
    }
  }

  entry.addEventListener("keydown", (event) => {
    if (event.isComposing) {
      return;
    }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      send(buttonFor(event.target));
    } else if (event.target.closest("#entry-text")) {
      textKey(event);
    } else {
      formKey(event);
    }
  });

  entry.addEventListener("click", (event) => {
    const phrase = event.target.closest("a.open");
    const period = event.target.closest("[data-period_text]");
    if (period) {
      applyPeriod(period);
    } else if (phrase) {
      event.preventDefault();
      // The end of a selection by mouse is a click too; Enter is one without a button's count.
      if (event.detail === 0 || !entryText.selected(part("entry-text"))) {
        takePhrase(phrase);
        field("series").focus();
      }
    }
  });

  entry.addEventListener("submit", (event) => {
    event.preventDefault();
    send(event.submitter);
  });

  entry.addEventListener("change", (event) => {
    if (event.target.matches("#id_nature, #id_accumulation")) {
      event.target.dataset.touched = "";
      mark(event.target.name, "");
    }
  });

  entry.addEventListener("input", (event) => {
    if (event.target.matches("#id_printed, #id_start, #id_end")) {
      clearTimeout(pause);
      pause = setTimeout(readPlace, LATER);
      entryText.show(part("entry-text"), place().start, place().end);
    }
  });

  // By mouse, touch or caret: exactly what is selected.
  document.addEventListener("selectionchange", () => {
    clearTimeout(window.entrySelection);
    window.entrySelection = setTimeout(() => {
      const chosen = entryText.selected(part("entry-text"));
      if (chosen) {
        take(chosen.start, chosen.end);
      }
    }, LATER);
  });

  function prepare() {
    entry.querySelectorAll("input[data-find]").forEach((input) => {
      new EntryChoice(input, find, read);
    });
    entryText.show(part("entry-text"), place().start, place().end);
  }

  prepare();
  backToText();
});
