// Names that fit while one types in a search box. Without this script the search finds them.
"use strict";

const PAUSE = 150;

for (const box of document.querySelectorAll('form[role="search"] input[name="q"]')) {
  const names = document.createElement("datalist");
  names.id = `${box.id}-names`;
  box.after(names);
  box.setAttribute("list", names.id);
  let waiting = 0;
  let asked = "";
  box.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      asked = box.value.trim();
      if (!asked) return names.replaceChildren();
      const words = asked;
      const answer = await fetch(`/search/names/?${new URLSearchParams({ q: words })}`);
      if (!answer.ok || words !== asked) return;
      const found = (await answer.json()).names;
      names.replaceChildren(...found.map(({ text, kind }) => new Option(kind, text)));
    }, PAUSE);
  });
}
