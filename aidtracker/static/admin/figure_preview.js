// While a figure is typed as printed, shows what will be stored: value, bounds, hedge.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const printed = document.querySelector("[data-read-figure]");
  if (!printed) {
    return;
  }
  const series = document.getElementById("id_series");
  const answer = document.createElement("output");
  answer.className = "figure-preview";
  answer.htmlFor = printed.id;
  answer.setAttribute("aria-live", "polite");
  printed.insertAdjacentElement("afterend", answer);

  let asked = 0;
  let pause;

  function show(text, state) {
    answer.textContent = text;
    answer.dataset.state = state;
  }

  async function read() {
    const question = ++asked;
    if (!printed.value.trim()) {
      show("", "empty");
      return;
    }
    const address = new URL(printed.dataset.readFigure, window.location.href);
    address.searchParams.set("printed", printed.value);
    address.searchParams.set("series", series ? series.value : "");
    try {
      const response = await fetch(address, { headers: { Accept: "application/json" } });
      const { is_readable: isReadable, sentence } = await response.json();
      // A slow answer to an earlier question must not replace a later one.
      if (question === asked) {
        show(sentence, isReadable ? "read" : "unread");
      }
    } catch {
      if (question === asked) {
        show("暂时无法预读，保存时会再读一次。", "unread");
      }
    }
  }

  printed.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(read, 250);
  });
  if (series && window.django) {
    window.django.jQuery(series).on("change", read);
  }
  read();
});

// Where a figure without a place may stand: a button each that fills in the place.
document.addEventListener("DOMContentLoaded", () => {
  for (const place of document.querySelectorAll(".places [data-start]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "选这一处";
    button.addEventListener("click", () => {
      document.getElementById("id_start").value = place.dataset.start;
      document.getElementById("id_end").value = place.dataset.end;
      for (const other of place.parentElement.children) {
        other.classList.toggle("chosen", other === place);
      }
    });
    place.append(" ", button);
  }
});
