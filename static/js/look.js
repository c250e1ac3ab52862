// Small help on top of pages that work without it: keyboard in lists, row clicks, focus on the error summary.
(() => {
  "use strict";

  const KEYS = "single-key-shortcuts";
  const keysOff = () => localStorage.getItem(KEYS) === "off";
  const typing = (el) => el.closest("input, textarea, select, [contenteditable]") !== null;
  const all = (selector) => [...document.querySelectorAll(selector)];
  const rows = () => all("table[data-rows] tbody tr, #result_list tbody tr");
  const rowLink = (row) => row.querySelector("th a[href], td a[href]");

  function moveTo(row) {
    all("tr.is-current").forEach((r) => r.classList.remove("is-current"));
    row.classList.add("is-current");
    rowLink(row)?.focus();
    row.scrollIntoView({ block: "nearest" });
  }

  function step(by) {
    const list = rows();
    if (!list.length) return;
    const at = list.findIndex((r) => r.classList.contains("is-current"));
    moveTo(list[Math.min(Math.max(at + by, 0), list.length - 1)]);
  }

  function search(event) {
    const box = document.querySelector("[data-global-search]") || document.querySelector("input[type=search]");
    if (!box) return;
    event.preventDefault();
    box.focus();
    box.select();
  }

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || keysOff() || typing(event.target)) return;
    if (event.key === "/") search(event);
    if (event.key === "j") step(1);
    if (event.key === "k") step(-1);
  }

  function onMoveKey(event) {
    if (!event.altKey || event.ctrlKey || event.metaKey || typing(event.target)) return;
    const button = event.target.closest("[data-moves]")?.querySelector(`[data-move="${event.key}"]`);
    if (!button) return;
    event.preventDefault();
    button.click();
  }

  function tellMoved() {
    const [moved, line] = [document.querySelector("[data-moved]"), document.getElementById("moved")];
    if (moved && line) line.textContent = moved.dataset.moved;
  }

  function hintKeys() {
    if (matchMedia("(any-pointer: fine)").matches) all("[data-keys-hint]").forEach((el) => (el.hidden = false));
  }

  function onRowClick(event) {
    const row = event.target.closest("table[data-rows] tbody tr, #result_list tbody tr");
    if (!row || event.target.closest("a, button, input, label, select, summary")) return;
    if (!String(window.getSelection())) rowLink(row)?.click();
  }

  function countMarked() {
    all("[data-bulk]").forEach((bar) => {
      const form = bar.closest("form");
      const shown = bar.querySelector("[data-bulk-count]");
      const update = () => {
        shown.textContent = `(${form.querySelectorAll("input[name=pk]:checked").length})`;
      };
      form.addEventListener("change", update);
      update();
    });
  }

  function shortcutSwitch() {
    all("[data-shortcut-switch]").forEach((box) => {
      box.closest("[hidden]")?.removeAttribute("hidden");
      box.checked = !keysOff();
      box.addEventListener("change", () => localStorage.setItem(KEYS, box.checked ? "on" : "off"));
    });
  }

  function closeRailWhenNarrow() {
    const rail = document.querySelector("details.rail-menu");
    if (rail && !matchMedia("(min-width: 62rem)").matches) rail.open = false;
  }

  function openTarget() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const fold = target?.closest("details.fold");
    if (!fold || fold.open) return;
    fold.open = true;
    target.scrollIntoView();
  }

  function closeMenusOutside(event) {
    all("details.menu[open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  }

  function closeMenusOnEscape(event) {
    if (event.key !== "Escape") return;
    all("details.menu[open]").forEach((menu) => {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  }

  function sendOnce(event) {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, 3000);
  }

  async function fillCount(el) {
    if (el.textContent) return;
    const answer = await fetch(el.dataset.countFrom);
    if (answer.ok && !answer.redirected) el.textContent = await answer.text();
  }

  closeRailWhenNarrow();
  all("[data-count-from]").forEach((el) => fillCount(el).catch(() => {}));
  document.getElementById("error-summary")?.focus();
  countMarked();
  shortcutSwitch();
  hintKeys();
  openTarget();
  window.addEventListener("hashchange", openTarget);
  document.addEventListener("keydown", onKey);
  document.addEventListener("keydown", onMoveKey);
  document.addEventListener("htmx:afterSettle", tellMoved);
  document.addEventListener("keydown", closeMenusOnEscape);
  document.addEventListener("click", onRowClick);
  document.addEventListener("click", closeMenusOutside);
  document.addEventListener("submit", sendOnce);
})();
