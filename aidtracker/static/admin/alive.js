// While somebody types or clicks on a page of the admin, tells the site so every few minutes:
// a long form is not lost to the end of the session. Who does nothing is logged out.
"use strict";

(() => {
  const PAUSE = 5 * 60 * 1000;
  let told = Date.now();

  function warn() {
    if (document.querySelector(".session-ended")) {
      return;
    }
    const warning = document.createElement("p");
    warning.className = "session-ended";
    warning.setAttribute("role", "alert");
    // 填报表 sends again by itself what could not be saved.
    warning.textContent = document.getElementById("grid")
      ? "登录已结束。请在另一个窗口重新登录，不要关闭本页；这里填的会自动存上。"
      : "登录已结束，现在填的内容不能保存。请先把填好的内容复制出来，再刷新本页、重新登录。";
    document.body.append(warning);
  }

  async function tell() {
    if (document.body.classList.contains("login") || Date.now() - told < PAUSE) {
      return;
    }
    told = Date.now();
    try {
      const response = await fetch("/admin/alive/", { cache: "no-store" });
      if (response.status === 403) {
        warn();
      }
    } catch {
      // Without a network the next keystroke after the pause tries again.
    }
  }

  for (const sign of ["input", "keydown", "click"]) {
    // A script's own events, such as those of saving by itself, are no sign of a person.
    document.addEventListener(sign, (event) => event.isTrusted && tell(), { passive: true });
  }
})();
