// What the browser says of a field that is not filled in as it should be: in Chinese, always.
"use strict";

(() => {
  const CHOSEN = ["radio", "checkbox", "file"];
  const LIKE = {
    email: "邮箱地址不完整，应像 name@example.cn。",
    url: "网址应以 http:// 或 https:// 开头。",
    number: "请填数字。",
  };
  const told = new Set();

  function wordsFor({ validity, type, tagName, title, min, max, minLength }) {
    if (validity.valueMissing) {
      return tagName === "SELECT" || CHOSEN.includes(type) ? "请选择。" : "请填写这一栏。";
    }
    if (validity.rangeUnderflow) {
      return `不能小于 ${min}。`;
    }
    if (validity.rangeOverflow) {
      return `不能大于 ${max}。`;
    }
    if (validity.tooShort) {
      return `至少 ${minLength} 个字。`;
    }
    return LIKE[type] || title || "写法不对，请检查。";
  }

  function forget(field) {
    if (told.delete(field)) {
      field.setCustomValidity("");
    }
  }

  document.addEventListener(
    "invalid",
    ({ target }) => {
      if (!target.validity.customError) {
        target.setCustomValidity(wordsFor(target));
        told.add(target);
      }
    },
    true,
  );

  // Judged anew with every change and every attempt to send.
  for (const sign of ["input", "change"]) {
    document.addEventListener(sign, ({ target }) => forget(target), true);
  }
  for (const sign of ["click", "keydown"]) {
    document.addEventListener(sign, () => told.forEach(forget), true);
  }
})();
