// Asks now and then whether the page is another one, and shows it anew only then: nothing moves
// on a wall where nothing has changed, and without a connection it shows what it showed.
"use strict";

(() => {
  const seconds = Number(document.body.dataset.seconds);
  let known = "";

  const look = async () => {
    try {
      const answer = await fetch(location.href, { cache: "no-cache" });
      if (!answer.ok) return;
      const page = await answer.text();
      if (known && page !== known) location.reload();
      known = page;
    } catch {
      // Without a connection it asks again the next time.
    }
  };

  look();
  setInterval(look, seconds * 1000);
})();
