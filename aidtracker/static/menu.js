// The groups of the navigation close with Escape and with a click elsewhere. Without this script
// they close when their own word is pressed again, or another's.
"use strict";

const openGroups = () => document.querySelectorAll(".site-nav details[open]");

document.addEventListener("click", (event) => {
  for (const group of openGroups()) if (!group.contains(event.target)) group.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const group of openGroups()) {
    group.open = false;
    group.querySelector("summary").focus();
  }
});
