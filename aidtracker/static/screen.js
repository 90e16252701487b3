// Asks now and then whether the page is another one, and shows it anew only then: nothing moves
// on a wall where nothing has changed. While the site does not answer, what was shown stays and
// says since when it is old.
"use strict";

(() => {
  const SECONDS_AGAIN = 30;
  const SECONDS_TO_ANSWER = 20;
  const SMALLEST = 60;
  const seconds = Number(document.body.dataset.seconds);
  const clock = new Intl.DateTimeFormat("zh-CN", {
    timeZone: "Asia/Shanghai",
    month: "long",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  let known = "";
  let answered = new Date();

  // Long names make all words smaller, down to what is still read from afar; a phone scrolls.
  const fit = () => {
    const root = document.documentElement;
    const isWall = matchMedia("(min-width: 901px)").matches;
    for (let percent = 100; percent >= SMALLEST; percent -= 5) {
      root.style.setProperty("--scale", percent / 100);
      if (!isWall || root.scrollHeight <= innerHeight) break;
    }
  };

  const tell = (isStale) => {
    const note = document.getElementById("stale");
    note.querySelector("time").textContent = clock.format(answered);
    note.hidden = !isStale;
    fit();
  };

  // In place: a page that is loaded again may find nobody, and leave the wall empty. Only other
  // styles and scripts have to be loaded.
  const show = (text) => {
    const page = new DOMParser().parseFromString(text, "text/html");
    if (page.head.innerHTML !== document.head.innerHTML) location.reload();
    else document.body.replaceChildren(...page.body.childNodes);
  };

  const look = async () => {
    let isStale = true;
    try {
      const signal = AbortSignal.timeout(SECONDS_TO_ANSWER * 1000);
      const answer = await fetch(location.href, { cache: "no-cache", signal });
      if (answer.ok) {
        const page = await answer.text();
        if (known && page !== known) show(page);
        known = page;
        answered = new Date();
        isStale = false;
      }
    } catch {
      // Nobody answers: it asks again.
    }
    tell(isStale);
    setTimeout(look, (isStale ? SECONDS_AGAIN : seconds) * 1000);
  };

  addEventListener("resize", fit);
  fit();
  look();
})();
