// A choice that has to fit what else the form says: only what fits is offered, and what was chosen
// is asked about anew as that changes. The server refuses in any case what does not fit.
"use strict";

(() => {
  const $ = window.django.jQuery;
  const fitsOf = (select) => JSON.parse(select.dataset.fits || "null");

  // The inputs that decide, by what the server calls them.
  function inputsOf(select) {
    const { own, above } = fitsOf(select);
    const row = select.name.slice(0, -select.dataset.fieldName.length);
    const names = [...own.map((name) => [name, row + name]), ...Object.entries(above)];
    return names.map(([path, name]) => [path, select.form.elements[name]]).filter(([, input]) => input);
  }

  function question(select) {
    const { appLabel, modelName, fieldName } = select.dataset;
    const asked = { app_label: appLabel, model_name: modelName, field_name: fieldName };
    if (!fitsOf(select)) {
      return asked;
    }
    const said = Object.fromEntries(inputsOf(select).map(([path, input]) => [path, input.value]));
    return { ...asked, ...fitsOf(select).known, ...said, fits: 1 };
  }

  // As Django's, with what decides.
  $.fn.djangoAdminSelect2 = function () {
    return this.each((_, select) => {
      const data = ({ term, page }) => ({ ...question(select), term, page });
      $(select).select2({ ajax: { data } });
    });
  };

  function say(select, words) {
    const id = `${select.id}_unfit`;
    document.getElementById(id)?.remove();
    if (words) {
      const line = document.createElement("p");
      Object.assign(line, { id, className: "record-unfit", textContent: words });
      line.setAttribute("role", "status");
      (select.closest(".related-widget-wrapper") || select.nextElementSibling || select).after(line);
    }
  }

  async function askAbout(select) {
    say(select, "");
    if (!select.value) {
      return;
    }
    const said = () => `${new URLSearchParams({ ...question(select), chosen: select.value })}`;
    const asked = said();
    const response = await fetch(`${select.getAttribute("data-ajax--url")}?${asked}`).catch(() => null);
    const answer = response?.ok ? await response.json().catch(() => null) : null;
    if (answer && asked === said()) {
      say(select, answer.wrong);
    }
  }

  $(document).on("change", ({ target }) => {
    for (const select of document.querySelectorAll("select[data-fits]:not([name*=__prefix__])")) {
      if (select === target || inputsOf(select).some(([, input]) => input === target)) {
        askAbout(select);
      }
    }
  });
})();
