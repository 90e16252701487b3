// The log-in of whoever works in the admin. Typing or clicking prolongs it; its end is told
// beforehand, and a window logs in again without leaving the page. What is sent from a page goes
// only from the person who opened it: `desk.ready()` resolves to whether it may.
"use strict";

window.desk = (() => {
  const PAUSE = 5 * 60 * 1000;
  const WARNED = 5 * 60 * 1000;
  const FIRST_LOOK = 60 * 1000;
  let person = null; // on the page for logging in there is none
  let told = Date.now();
  let heard = Date.now(); // when the site last said that the log-in lasts
  let timer;
  // `keeping`: what is being kept of a form right now (`unsaved.js`); what is saved waits for it.
  const api = { ready, keeping: null };
  let window_; // the window that logs in, while it is open

  function element(name, words, parts = {}) {
    return Object.assign(document.createElement(name), { textContent: words }, parts);
  }

  // What the site says of the log-in: "ours", "none", that of somebody else, or nothing.
  async function ask(isLook = true) {
    const response = await fetch(`/admin/alive/${isLook ? "?look" : ""}`, { cache: "no-store" }).catch(() => null);
    if (!response || ![204, 403].includes(response.status)) {
      return { state: "unknown" };
    }
    if (response.status === 403) {
      return { state: "none" };
    }
    const { headers } = response;
    if (headers.get("X-Person") !== person.content) {
      return { state: "other" };
    }
    heard = Date.now();
    for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) {
      field.value = headers.get("X-Token");
    }
    return { state: "ours", left: Number(headers.get("X-Seconds")) * 1000 };
  }

  // Telling

  function note(words, ...parts) {
    document.querySelector(".session-ended")?.remove();
    if (!words) {
      return;
    }
    const warning = element("p", words, { className: "session-ended" });
    warning.setAttribute("role", "alert");
    warning.append(...parts);
    document.body.append(warning);
  }

  function button(words, act) {
    const made = element("button", words, { type: "button" });
    made.addEventListener("click", act);
    return made;
  }

  function show({ state, left = 0 }) {
    clearTimeout(timer);
    if (state === "none") {
      const words = "登录已结束，现在填的内容不能保存；已经填的都还在。";
      note(words, button("重新登录", logIn));
    } else if (state === "other") {
      note("登录的已是另一个人，这一页的内容不能保存。请把填好的内容复制出来，再刷新本页。");
    } else if (state === "ours" && left <= WARNED) {
      const at = new Date(Date.now() + left).toTimeString().slice(0, 5);
      note(`登录将在 ${at} 结束。`, button("继续工作", () => ask(false).then(goOn)));
      timer = setTimeout(look, Math.max(1000, Math.min(left, 60 * 1000)));
    } else {
      note("");
      timer = setTimeout(look, state === "ours" ? left - WARNED : FIRST_LOOK);
    }
  }

  // Near the twelfth hour nothing prolongs a log-in but another one.
  function goOn(answer) {
    show(answer);
    if (answer.state !== "ours" || answer.left <= WARNED) {
      logIn();
    }
  }

  async function look() {
    show(await ask());
  }

  async function tell() {
    if (Date.now() - told < PAUSE) {
      return;
    }
    told = Date.now();
    show(await ask(false));
  }

  // Logging in without leaving the page

  function logIn() {
    window_ ||= open();
    return window_;
  }

  function open() {
    const dialog = element("dialog", "", { className: "desk-login" });
    const form = element("form", "", { method: "dialog" });
    const password = element("input", "", { type: "password", required: true, id: "desk-password", autocomplete: "current-password" });
    const label = element("label", `${person.dataset.name} 的密码`, { htmlFor: "desk-password" });
    const wrong = element("p", "", { className: "desk-wrong" });
    wrong.setAttribute("role", "alert");
    const title = element("h2", "重新登录，接着填", { id: "desk-login-title" });
    dialog.setAttribute("aria-labelledby", title.id);
    const enter = element("button", "登录", { type: "submit" });
    form.append(title, element("p", "这一页填的都还在。"), label, password, wrong, enter, button("以后再说", () => dialog.close()));
    dialog.append(form);
    document.body.append(dialog);
    dialog.showModal();
    password.focus();
    return new Promise((resolve) => {
      dialog.addEventListener("close", () => {
        window_ = null;
        dialog.remove();
        resolve(dialog.returnValue === "in");
      });
      form.addEventListener("submit", async (event) => {
        event.preventDefault();
        event.stopPropagation();
        enter.disabled = true;
        wrong.textContent = await send(password.value);
        enter.disabled = false;
        password.value = "";
        if (wrong.textContent) {
          password.focus();
        } else {
          show(await ask());
          dialog.close("in");
        }
      });
    });
  }

  // What is wrong with a password, in the words of the page for logging in; "" for nothing.
  async function send(password) {
    try {
      const page = await fetch("/admin/login/", { cache: "no-store" });
      const parse = (text) => new DOMParser().parseFromString(text, "text/html");
      const token = parse(await page.text()).querySelector("#login-form [name=csrfmiddlewaretoken]");
      if (!token) {
        return (await ask()).state === "ours" ? "" : "登录的已是另一个人。";
      }
      const body = new URLSearchParams({ csrfmiddlewaretoken: token.value, username: person.dataset.name, password, next: "/admin/alive/?look" });
      const answer = await fetch("/admin/login/", { method: "POST", body });
      if (answer.status === 204) {
        return "";
      }
      if (answer.url.includes("/second-step/")) {
        return "您的登录还有第二步：请在另一个窗口登录，再回到这里保存。";
      }
      const said = parse(await answer.text());
      const errors = said.querySelectorAll("#content .errorlist, .errornote, form ~ .errornote, [class*=bg-red]");
      const words = [...errors].map((one) => one.textContent.trim().replace(/\s+/g, " "));
      return words.filter(Boolean).join(" ") || said.querySelector("h1 ~ p")?.textContent.trim() || "没有登录上，请再试。";
    } catch {
      return "连不上服务器，请稍后再试。";
    }
  }

  // Sending

  async function ready() {
    await api.keeping;
    if (!person || Date.now() - heard < FIRST_LOOK) {
      return true;
    }
    const answer = await ask();
    show(answer);
    return answer.state === "none" ? logIn() : answer.state !== "other";
  }

  async function onSubmit(event) {
    const { target: form, submitter } = event;
    if (form.method !== "post" || (!api.keeping && Date.now() - heard < FIRST_LOOK)) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    if (await ready()) {
      heard = Date.now();
      form.requestSubmit(submitter);
    }
  }

  function begin() {
    person = document.querySelector("meta[name=person]");
    if (!person) {
      return;
    }
    for (const sign of ["input", "keydown", "click"]) {
      // A script's own events, such as those of saving by itself, are no sign of a person.
      document.addEventListener(sign, (event) => event.isTrusted && tell(), { passive: true });
    }
    // Before the pages' own scripts hear it.
    document.addEventListener("submit", onSubmit, true);
    timer = setTimeout(look, FIRST_LOOK);
  }

  document.addEventListener("DOMContentLoaded", begin);
  return api;
})();
