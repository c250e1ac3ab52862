// Pages where one writes: nothing typed is lost when one leaves or has no contact, a button to print,
// and the figures open where there is room for them.
(() => {
  "use strict";

  const print = document.querySelector("[data-print]");
  if (print) {
    print.hidden = false;
    print.addEventListener("click", () => window.print());
  }

  const figures = document.querySelector(".beside-figures");
  if (figures && matchMedia("(min-width: 60rem)").matches) figures.open = true;

  const form = document.querySelector("form[data-writing][hx-post]");
  if (!form) return;
  const line = document.getElementById("saved");
  let unsaved = false;
  let leaves = false;

  const tell = () => {
    line.textContent = line.dataset.offline;
    unsaved = true;
  };
  form.addEventListener("input", () => (unsaved = true));
  form.addEventListener("submit", () => (leaves = true));
  document.body.addEventListener("htmx:beforeRequest", () => (unsaved = false));
  document.body.addEventListener("htmx:sendError", tell);
  document.body.addEventListener("htmx:responseError", tell);

  // The last words before one leaves go off by themselves. The form's own id lets the server know them again.
  window.addEventListener("pagehide", () => {
    if (unsaved && !leaves) navigator.sendBeacon(form.action, new FormData(form));
  });
})();
