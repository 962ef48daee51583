// Presets fill the switches; a switch by hand makes the choice one's own.
const form = document.querySelector("[data-roles]");
const presets = JSON.parse(document.getElementById("presets")?.textContent ?? "{}");
const changed = (field) => field.dispatchEvent(new Event("input", { bubbles: true }));

form?.addEventListener("change", (event) => {
  const field = event.target;
  if (field.name === "preset" && presets[field.value]) {
    for (const name of presets.all) {
      form.elements[name].checked = presets[field.value].includes(name);
      changed(form.elements[name]);
    }
  } else if (presets.all?.includes(field.name)) {
    const own = form.querySelector('[name="preset"][value="custom"]');
    if (own) own.checked = true;
  }
});

// The proposal at a role that needs access to mobile: tick that as well.
form?.addEventListener("click", (event) => {
  if (!event.target.closest(".proposal")) return;
  form.elements.mobile_access.checked = true;
  changed(form.elements.mobile_access);
});
