// Small helps for a page that already works without them. No inline script, no eval.
const $ = (selector, root = document) => [...root.querySelectorAll(selector)];

// Toasts leave after 8 seconds, later while looked at; errors stay until closed.
function watch(toast) {
  if (toast.dataset.watched) return;
  toast.dataset.watched = "1";
  const leave = () => { toast.classList.add("leaving"); setTimeout(() => toast.remove(), 180); };
  toast.querySelector("[data-close]")?.addEventListener("click", leave);
  if (toast.classList.contains("bad") || toast.closest(".inline")) return;
  let timer;
  const start = () => { timer = setTimeout(() => (toast.matches(":hover, :focus-within") ? start() : leave()), 8000); };
  const stop = () => clearTimeout(timer);
  for (const name of ["pointerenter", "focusin"]) toast.addEventListener(name, stop);
  for (const name of ["pointerleave", "focusout"]) toast.addEventListener(name, () => { stop(); start(); });
  start();
}

// Show a popover beside the button that opened it, inside the window.
function place(panel, button) {
  const at = button.getBoundingClientRect(), box = panel.getBoundingClientRect(), gap = 8;
  const below = at.bottom + gap + box.height < innerHeight;
  panel.classList.add("placed");
  panel.style.left = `${Math.max(16, Math.min(at.right - box.width, innerWidth - box.width - 16))}px`;
  panel.style.top = `${Math.max(16, below ? at.bottom + gap : at.top - gap - box.height)}px`;
}

let opener = null;
document.addEventListener("click", (event) => {
  const target = event.target;
  if (!(target instanceof Element)) return;
  const pops = target.closest("[popovertarget]");
  if (pops) opener = pops;

  const opens = target.closest("[data-dialog]");
  if (opens) {
    const dialog = document.getElementById(opens.dataset.dialog);
    if (dialog instanceof HTMLDialogElement) {
      event.preventDefault();
      dialog.showModal();
      dialog.querySelector("[data-cancel]")?.focus();
    }
  }
  const closes = target.closest("dialog [data-cancel], dialog [data-close]");
  if (closes) closes.closest("dialog").close();
  if (target instanceof HTMLDialogElement && target.open) target.close(); // the ground around it

  const show = target.closest("[data-show]");
  if (show) {
    const input = document.getElementById(show.dataset.show), hidden = input.type === "password";
    input.type = hidden ? "text" : "password";
    [show.textContent, show.dataset.hideWord] = [show.dataset.hideWord, show.textContent];
  }
  const fill = target.closest("[data-fill]");
  if (fill) {
    const input = document.getElementById(fill.dataset.fill);
    input.value = fill.dataset.value;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.focus();
  }
  const copy = target.closest("[data-copy]");
  if (copy) navigator.clipboard?.writeText(copy.dataset.copy).then(() => copy.classList.add("copied"));
  if (target.closest("[data-print]")) window.print();

  // A press elsewhere closes open menus.
  for (const menu of $("details.menu[open]")) if (!menu.contains(target)) menu.open = false;
});

// A menu near the right edge opens to the left.
function turn(menu) {
  const box = menu.querySelector(".panel")?.getBoundingClientRect();
  if (box && box.right > innerWidth - 8) menu.classList.add("end");
}

document.addEventListener("toggle", (event) => {
  const panel = event.target;
  if (panel instanceof HTMLDetailsElement && panel.matches(".menu") && panel.open) turn(panel);
  if (panel instanceof HTMLElement && panel.matches(".confirm") && event.newState === "open" && opener) place(panel, opener);
}, true);

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of $("details.menu[open]")) {
    const inside = menu.contains(document.activeElement);
    menu.open = false;
    if (inside) menu.querySelector("summary").focus();
  }
});

// Going on with Tab closes a menu as well: it would cover what has the focus.
document.addEventListener("keyup", (event) => {
  if (event.key !== "Tab") return;
  for (const menu of $("details.menu[open]")) if (!menu.contains(document.activeElement)) menu.open = false;
});

// The columns of a chart are one stop of the Tab key; the arrow keys lead along them.
function along(chart) {
  const bars = $("a", chart), only = (bar) => { for (const each of bars) each.tabIndex = each === bar ? 0 : -1; };
  only(bars.at(-1)); // the newest
  chart.addEventListener("focusin", (event) => only(event.target.closest("a")));
  chart.addEventListener("keydown", (event) => {
    const here = bars.indexOf(event.target.closest("a"));
    const to = { ArrowLeft: here - 1, ArrowRight: here + 1, Home: 0, End: bars.length - 1 }[event.key];
    if (to === undefined || here < 0) return;
    event.preventDefault();
    bars[Math.max(0, Math.min(to, bars.length - 1))].focus();
  });
}

// A select or tick marked so sends its form at once; the form keeps its button for those without script.
document.addEventListener("change", (event) => {
  const field = event.target;
  if (field instanceof Element && field.matches("[data-submit]")) field.form.requestSubmit();
});

// Empty fields of a filter do not belong in the address.
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-filters], [data-tidy]")) return;
  for (const field of event.target.elements) if (field.name && !field.value) field.disabled = true;
});
// Parts of a long page are folded on a small screen, and open where a field in them is wrong.
if (matchMedia("(min-width:1024px)").matches) for (const part of $("details.card")) part.open = true;
document.addEventListener("invalid", ({ target }) => {
  const part = target.closest("details:not([open])");
  if (part) part.open = true;
}, true);

addEventListener("pageshow", () => { for (const field of $("[data-filters] :disabled")) field.disabled = false; });

function start(root = document) {
  for (const toast of $("[data-toast]", root)) watch(toast);
  for (const chart of $("[data-keys]", root)) along(chart);
  for (const at of $(":is(.segments, .tabs) > [aria-current]", root)) {
    const row = at.parentElement, left = at.offsetLeft - row.offsetLeft;
    if (left + at.offsetWidth > row.clientWidth) row.scrollLeft = left - 48; // with a piece of what lies before it
  }
  for (const button of $("[data-show]", root)) button.hidden = false;
  for (const button of $("[data-copy]", root)) button.hidden = false;
  for (const menu of $("details.menu[open]", root)) turn(menu); // one that the page opened, to show an error
  $("[data-errors]", root)[0]?.focus();
}
start();
document.addEventListener("htmx:load", (event) => start(event.target));
