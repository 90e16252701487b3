// Keeps what is typed into a form with the site, for its person alone, until it is saved.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const LATER = 2000;
  const form = document.querySelector(".change-form form[method=post][id$=_form], #entry-form");
  if (!form || form.querySelector("[type=password]") || !document.querySelector("meta[name=person]")) {
    return;
  }
  let isChanged = false;
  let isSent = false;
  let pause;

  async function keep() {
    const here = document.getElementById(form.id); // 边读边录 puts another in its place
    if (!isChanged || isSent || !here) {
      return;
    }
    isChanged = false;
    const body = new FormData(here);
    for (const [name, value] of [...body]) {
      if (value instanceof File) {
        body.delete(name);
      }
    }
    const address = `/admin/unsaved/?at=${encodeURIComponent(location.pathname)}`;
    // Without an answer what is typed next is sent with all that was typed before.
    window.desk.keeping = fetch(address, { method: "POST", body }).catch(() => null);
    await window.desk.keeping;
    window.desk.keeping = null;
  }

  function later() {
    isChanged = true;
    clearTimeout(pause);
    pause = setTimeout(keep, LATER);
  }

  // 边读边录 sends its form by itself.
  document.addEventListener("entry:sent", () => {
    isChanged = false;
    clearTimeout(pause);
  });

  const isWithin = (event) => event.target.closest?.(`#${form.id}`);
  for (const sign of ["input", "change"]) {
    document.addEventListener(sign, (event) => isWithin(event) && event.isTrusted && later());
  }
  window.django?.jQuery?.(form).on("select2:select select2:unselect", later);
  document.addEventListener("submit", (event) => {
    if (isWithin(event) && !event.defaultPrevented) {
      isSent = true;
    }
  });
  // To ask for what is missing: what is half typed goes along, with the name that was looked for.
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-asks]");
    if (!link) {
      return;
    }
    event.preventDefault();
    isChanged = true;
    await keep();
    const way = new URL(link.href);
    const field = document.getElementById(form.id).elements[link.dataset.asks];
    if (field?.tagName === "INPUT") {
      way.searchParams.set("name", field.value.split("：").pop());
    }
    location.assign(way);
  });
  window.addEventListener("pageshow", () => {
    isSent = false;
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") {
      keep();
    }
  });
});
