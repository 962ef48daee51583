// The save bar names what changed. It hides until something did; without this script it is always there.
function words(field, bar) {
  if (field.type === "checkbox") return field.checked ? bar.dataset.on : bar.dataset.off;
  if (field.type === "password") return "•••";
  if (field.type === "file") return [...field.files].map((file) => file.name).join(", ") || bar.dataset.empty;
  if (field instanceof HTMLSelectElement) return [...field.selectedOptions].map((option) => option.text.trim()).join(", ") || bar.dataset.empty;
  if (field.type === "radio") return field.labels?.[0]?.textContent.trim() || field.value;
  return field.value.trim() || bar.dataset.empty;
}

function before(field) {
  if (field.type === "checkbox" || field.type === "radio") return field.defaultChecked;
  if (field instanceof HTMLSelectElement) return [...field.options].filter((option) => option.defaultSelected).map((option) => option.value).join() || (field.multiple ? "" : field.options[0]?.value ?? "");
  return field.defaultValue;
}

function now(field) {
  if (field.type === "checkbox" || field.type === "radio") return field.checked;
  if (field instanceof HTMLSelectElement) return [...field.selectedOptions].map((option) => option.value).join();
  return field.value;
}

function label(field) {
  if (field.dataset.name) return field.dataset.name;
  if (field.type === "radio") return field.closest("fieldset")?.querySelector("legend")?.textContent.trim() ?? "";
  return field.getAttribute("aria-label") ?? field.labels?.[0]?.firstChild?.textContent.trim() ?? "";
}

function changes(form, bar) {
  const found = [];
  for (const field of form.elements) {
    if (!field.name || field.type === "hidden" || field.type === "submit" || field.disabled) continue;
    if (field.type === "radio" && !field.checked) continue;
    if (now(field) === before(field)) continue;
    found.push(`${label(field)} ${bar.dataset.becomes} ${words(field, bar)}`.trim());
  }
  return found;
}

function watch(bar) {
  const form = bar.closest("form");
  if (!form) return;
  let saving = false;
  const again = () => {
    const found = changes(form, bar), count = bar.querySelector("[data-count]"), what = bar.querySelector("[data-what]");
    const wrong = form.querySelector(".field.bad, [data-errors]") !== null;
    bar.hidden = found.length === 0 && !wrong;
    document.body.classList.toggle("has-savebar", !bar.hidden);
    count.hidden = found.length === 0;
    count.textContent = found.length === 1 ? bar.dataset.one : bar.dataset.many.replace("{n}", found.length);
    const rest = found.length - 2;
    what.textContent = found.slice(0, 2).join(" · ") + (rest > 0 ? ` · ${bar.dataset.more.replace("{n}", rest)}` : "");
  };
  form.addEventListener("input", again);
  form.addEventListener("change", again);
  form.addEventListener("reset", () => setTimeout(again));
  form.addEventListener("submit", () => { saving = true; });
  addEventListener("beforeunload", (event) => { if (!saving && changes(form, bar).length) event.preventDefault(); });
  bar.querySelector("a[data-cancel]")?.addEventListener("click", () => { saving = true; });
  again();
}

for (const bar of document.querySelectorAll("[data-savebar]")) watch(bar);
