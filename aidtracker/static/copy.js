// A button beside each citation that copies it. Without JavaScript the words can be selected.
"use strict";

for (const words of document.querySelectorAll(".citation .copyable")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "复制";
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(words.textContent.trim());
      button.textContent = "已复制";
    } catch {
      getSelection().selectAllChildren(words);
      button.textContent = "已选中，请按 Ctrl+C";
    }
  });
  words.after(button);
}
