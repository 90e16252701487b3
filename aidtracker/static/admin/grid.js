// 填报表: saves each row as a draft when it is left, tells what became of it, loses nothing typed.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const grid = document.getElementById("grid");
  if (!grid) {
    return;
  }
  const RETRY = 5000;
  const rows = Array.from(grid.querySelectorAll("tr[data-row][data-open]"));
  const waiting = [];
  let isSending = false;
  let isLeaving = false;
  let whenIdle = null;

  const fields = (row) => Array.from(row.querySelectorAll("td[data-column] :is(input, select, textarea)"));
  const columnOf = (field) => field.closest("td").dataset.column;
  const isFollowing = (field) => field.dataset.followed !== undefined && field.dataset.followed === field.value;
  const differs = (field) => field.value !== field.dataset.stored;
  const isDirty = (row) => fields(row).some((field) => differs(field) && !isFollowing(field));

  function typedIn(row) {
    const own = fields(row).filter((field) => differs(field) && !isFollowing(field));
    return Object.fromEntries(own.map((field) => [columnOf(field), field.value]));
  }

  // What a row says of itself

  function say(row, kind, words) {
    row.dataset.saving = kind;
    row.querySelector("[data-saved]").textContent = words;
    if (!grid.querySelector('[data-saving="wrong"], [data-saving="conflict"]')) {
      document.querySelector("#grid-status .grid-error")?.remove();
    }
  }

  function showErrors(row, errors) {
    row.querySelector("[data-wrong]").textContent = "";
    fields(row).forEach((field) => {
      const words = errors[columnOf(field)] || "";
      field.closest("td").querySelector("[data-error]").textContent = words;
      field.toggleAttribute("aria-invalid", Boolean(words));
      if (words) {
        field.setAttribute("aria-invalid", "true");
      }
    });
    const known = fields(row).map(columnOf);
    const others = Object.entries(errors).filter(([name]) => !known.includes(name));
    row.querySelector("[data-wrong]").textContent = others.map(([, words]) => words).join(" ");
    row.classList.toggle("is-wrong", Object.keys(errors).length > 0);
  }

  const HANDED_IN = ["submitted", "approved", "published"];
  const shown = Array.from(grid.querySelectorAll("tr[data-row]"));
  const counters = [
    ["filled", () => shown.filter((row) => row.dataset.state).length],
    ["handed-in", () => shown.filter((row) => HANDED_IN.includes(row.dataset.state)).length],
  ].map(([name, now]) => {
    const place = document.querySelector(`[data-count="${name}"]`);
    const elsewhere = Number(place.textContent) - now(); // on the other pages
    return () => {
      place.textContent = elsewhere + now();
    };
  });
  const count = () => counters.forEach((show) => show());

  // A row as it is stored now; what was typed since `sent` stays.
  function take(row, answer, sent) {
    row.dataset.state = answer.state;
    row.querySelector("[data-version]").value = answer.version;
    row.querySelector("[data-label]").textContent = answer.label;
    fields(row).forEach((field) => {
      const name = columnOf(field);
      const stored = answer.values[name];
      const isUntouched = name in sent ? field.value === sent[name] : !differs(field) || isFollowing(field);
      field.dataset.stored = stored;
      if (isUntouched && field.value !== stored) {
        const wasFollowing = isFollowing(field) || (!field.value && field.closest("td").dataset.sumOf);
        field.value = stored;
        if (wasFollowing) {
          field.dataset.followed = stored;
        }
      }
    });
    const warnings = answer.warnings.map((words) => {
      const item = document.createElement("li");
      item.textContent = words;
      return item;
    });
    row.querySelector("[data-warnings]").replaceChildren(...warnings);
    count();
  }

  // Saving, one row after the other

  function queue(row) {
    if (row.dataset.saving === "conflict") {
      return;
    }
    if (!isDirty(row)) {
      if (["dirty", "wrong", "waiting"].includes(row.dataset.saving)) {
        say(row, "", "");
        showErrors(row, {});
      }
      return;
    }
    if (!waiting.includes(row)) {
      waiting.push(row);
    }
    sendNext();
  }

  async function sendNext() {
    if (isSending) {
      return;
    }
    const row = waiting.shift();
    if (!row) {
      const then = whenIdle;
      whenIdle = null;
      if (then) {
        then();
      }
      return;
    }
    isSending = true;
    await send(row);
    isSending = false;
    // 1.2亿元 is now 12000, and what is wrong is known to be.
    grid.dispatchEvent(new CustomEvent("grid:answered"));
    sendNext();
  }

  function token() {
    const cookie = document.cookie.match(/(?:^|; )(?:__Host-)?csrftoken=([^;]+)/);
    return cookie ? cookie[1] : grid.elements.csrfmiddlewaretoken.value;
  }

  async function send(row) {
    const values = typedIn(row);
    if (!Object.keys(values).length) {
      return;
    }
    say(row, "saving", "正在保存…");
    const reason = grid.elements.reason ? grid.elements.reason.value : "";
    const version = Number(row.querySelector("[data-version]").value);
    const body = JSON.stringify({ key: row.dataset.row, version, values, reason });
    const headers = { "Content-Type": "application/json", "X-CSRFToken": token() };
    const response = await fetch(window.location.href, { method: "POST", headers, body }).catch(() => null);
    const answer = await readAnswer(response);
    if (answer === null) {
      retryLater(row, response);
    } else if (response.status === 409) {
      showConflict(row, answer, values);
    } else if (answer.errors) {
      showErrors(row, answer.errors);
      say(row, "wrong", "没有保存");
    } else {
      showErrors(row, {});
      take(row, answer, values);
      say(row, isDirty(row) ? "dirty" : "saved", isDirty(row) ? "未存" : `已存 ${answer.at}`);
      if (isDirty(row) && !row.contains(document.activeElement)) {
        waiting.push(row);
      }
    }
  }

  async function readAnswer(response) {
    const isAnswer = response && (response.headers.get("Content-Type") || "").startsWith("application/json");
    return isAnswer ? response.json().catch(() => null) : null;
  }

  function retryLater(row, response) {
    let words = "未存：连不上，稍后自动再试";
    if (response && (response.redirected || response.status === 403)) {
      words = "未存：请在另一个窗口重新登录，这里会自动再试";
    } else if (response) {
      words = "未存：服务器出错，稍后自动再试";
    }
    say(row, "waiting", words);
    setTimeout(() => queue(row), RETRY);
  }

  window.addEventListener("online", () => rows.forEach(queue));

  // Two people in one row

  function element(name, words, kind = "") {
    const made = document.createElement(name);
    made.textContent = words;
    made.className = kind;
    return made;
  }

  function button(words, act) {
    const made = element("button", words);
    made.type = "button";
    made.addEventListener("click", act);
    return made;
  }

  function showConflict(row, answer, typed) {
    say(row, "conflict", "冲突，没有保存");
    const box = element("div", "", "grid-conflict");
    box.setAttribute("role", "alert");
    box.append(element("p", `${answer.who}改了这一行：`));
    const list = document.createElement("dl");
    fields(row).forEach((field) => {
      const name = columnOf(field);
      const theirs = answer.values[name];
      if (theirs !== field.dataset.stored || name in typed) {
        list.append(element("dt", field.closest("td").dataset.label));
        list.append(element("dd", `对方：${theirs || "（空）"}`));
        if (name in typed) {
          list.append(element("dd", `我的：${typed[name] || "（空）"}`));
        }
      }
    });
    const settle = (usesMine) => {
      box.remove();
      say(row, "dirty", "未存");
      resolve(row, answer, usesMine);
    };
    box.append(list);
    if (answer.is_open) {
      box.append(button("用我的", () => settle(true)));
    }
    box.append(button("用对方的", () => settle(false)));
    row.querySelector("th").append(box);
  }

  function resolve(row, answer, usesMine) {
    if (!usesMine) {
      fields(row).forEach((field) => {
        field.value = field.dataset.stored;
        delete field.dataset.followed;
      });
    }
    take(row, answer, {});
    showErrors(row, {});
    if (usesMine) {
      queue(row);
    } else {
      say(row, "saved", "已用对方的");
    }
  }

  // When to save

  grid.addEventListener("grid:change", ({ target: row }) => {
    if (!["saving", "conflict"].includes(row.dataset.saving)) {
      say(row, "dirty", "未存");
    }
  });

  grid.addEventListener("focusout", ({ target, relatedTarget }) => {
    const row = target.closest("tr[data-row][data-open]");
    if (row && !row.contains(relatedTarget)) {
      queue(row);
    }
  });

  grid.addEventListener("grid:pasted", () => rows.forEach(queue));

  // Rows that could not be saved keep the form: how many, and to the first cell that is wrong.
  function sayLeft(left) {
    const words = `有 ${left.length} 行没有存上，改好后再点一次。`;
    document.getElementById("grid-status").replaceChildren(element("p", words, "grid-error"));
    const [first] = left;
    (fields(first).find((field) => field.hasAttribute("aria-invalid")) || fields(first)[0]).focus();
    first.scrollIntoView({ block: "center" });
  }

  // All that is typed is saved before the form itself is sent.
  grid.addEventListener("submit", (event) => {
    if (isLeaving) {
      return;
    }
    event.preventDefault();
    const { submitter } = event;
    whenIdle = () => {
      const left = rows.filter(isDirty);
      const isSubmitting = submitter && submitter.value === "submit";
      // What is wrong goes along and stands there again; it does not keep the other rows back.
      const isKept = left.every((row) => row.dataset.saving === "wrong");
      const isWaited = rows.some((row) => row.dataset.state === "draft" && !isDirty(row));
      if (left.length && !(isSubmitting && isKept && isWaited)) {
        sayLeft(left);
      } else if (isSubmitting) {
        isLeaving = true;
        grid.requestSubmit(submitter);
      }
    };
    rows.forEach(queue);
    setTimeout(sendNext); // while the form is being sent, it can not be sent again
  });

  window.addEventListener("beforeunload", (event) => {
    if (!isLeaving && rows.some(isDirty)) {
      event.preventDefault();
      event.returnValue = "";
    }
  });
});
