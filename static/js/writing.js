// Pages where one writes: nothing typed is lost when one leaves, is refused or has no contact, a button to
// print, and the figures open where there is room for them.
(() => {
  "use strict";

  const print = document.querySelector("[data-print]");
  if (print) {
    print.hidden = false;
    print.addEventListener("click", () => window.print());
  }

  const figures = document.querySelector(".beside-figures");
  if (figures && matchMedia("(min-width: 60rem)").matches) figures.open = true;

  function guard(form) {
    const line = document.getElementById("saved");
    const words = () => [...new FormData(form)].filter(([name]) => form.elements[name]?.type !== "hidden");
    const written = () => JSON.stringify(words());
    const hasText = () =>
      [...form.elements].some((el) => el.matches("textarea, input[type=text], input[type=email]") && el.value.trim());
    // What the server has: nothing, of a form that came back refused. Only an answer that says that all of it
    // is kept counts, and only for what was sent then: one may have typed on meanwhile.
    let kept = "unsaved" in form.dataset ? null : written();
    let sent = null;
    let leaves = false;
    const isUnsaved = () => !leaves && (kept === null ? hasText() : written() !== kept);
    const tell = () => line && (line.textContent = line.dataset.offline);

    form.addEventListener("submit", () => (leaves = true));
    window.addEventListener("pageshow", () => (leaves = false));
    form.addEventListener("htmx:beforeRequest", () => (sent = written()));
    form.addEventListener("htmx:sendError", tell);
    form.addEventListener("htmx:responseError", tell);
    form.addEventListener("htmx:afterRequest", ({ detail }) => {
      if (detail.successful && !detail.xhr.responseText.includes("data-refused")) kept = sent;
    });

    window.addEventListener("beforeunload", (event) => {
      if (isUnsaved()) event.preventDefault();
    });
    // The last words before one leaves go off by themselves. The form's own id lets the server know them again.
    window.addEventListener("pagehide", () => {
      if (isUnsaved() && form.hasAttribute("hx-post")) navigator.sendBeacon(form.action, new FormData(form));
    });
  }

  document.querySelectorAll("form[data-writing]").forEach(guard);
})();
