// The week of a schedule, drawn from the form below it. Whoever drags or presses keys changes the form; what is saved is
// the form. A block is one day of a period: changing it changes that day only, and days that are alike share a row.
const DAY = 1440, STEP = 15, AXIS = 6, COLUMN = 13.4, BLOCK = 13, TOP = 28, HOUR = 20, EDGE = 7, SVG = "http://www.w3.org/2000/svg";
const view = document.querySelector("[data-week]"), list = document.querySelector("[data-rows]");
const svg = view.querySelector("svg.not-phone"), form = view.closest("form"), tell = view.querySelector("[data-tell]"), undo = view.querySelector("[data-undo]");
const total = form.querySelector("[name$=-TOTAL_FORMS]"), most = Number(form.querySelector("[name$=-MAX_NUM_FORMS]")?.value ?? 30);
const names = [...svg.querySelectorAll("[data-head]")].map((head) => head.textContent);
const closed = view.dataset.closed, past = [];
let ghost = null, wanted = null;

const rows = () => [...list.querySelectorAll(":scope > [data-row]")];
const ends = (name) => (row) => row.querySelector(`[name$="-${name}"]`);
const [startOf, endOf, nameOf, wholeOf, goneOf] = ["start", "end", "name", "all_day", "DELETE"].map(ends);
const ticks = (row) => [...row.querySelectorAll('[name$="-days"]')];

function minutes(text) {
  const found = /^(\d{1,2})(?:[:.](\d\d))?$/.exec(text.trim());
  const value = found ? Number(found[1]) * 60 + Number(found[2] ?? 0) : NaN;
  return value <= DAY && Number(found?.[2] ?? 0) < 60 ? value : NaN;
}
const clock = (minute) => `${Math.floor(minute / 60)}:${String(minute % 60).padStart(2, "0")}`;
const times = ({ start, length }) => `${clock(start)}–${clock((start + length) % DAY || DAY)}`;

// A row as {days, start, length, name}; null when it says nothing that can be drawn.
function read(row) {
  const days = ticks(row).filter((tick) => tick.checked).map((tick) => Number(tick.value));
  if (!days.length || goneOf(row)?.checked) return null;
  const name = nameOf(row).value.trim(), typed = [startOf(row).value, endOf(row).value];
  if (wholeOf(row).checked || !typed.join("").trim()) return { days, start: 0, length: DAY, name };
  const start = minutes(typed[0]), end = minutes(typed[1]);
  if (!(start < DAY) || Number.isNaN(end) || start === end) return null;
  return { days, start, length: (end - start + DAY) % DAY || DAY, name };
}
const blocks = () => rows().flatMap((row) => {
  const found = read(row);
  return found ? found.days.map((day) => ({ row, day, start: found.start, length: found.length, name: found.name })) : [];
});

function write(row, { days, start, length, name }) {
  for (const tick of ticks(row)) tick.checked = days.includes(Number(tick.value));
  wholeOf(row).checked = start === 0 && length === DAY;
  startOf(row).value = wholeOf(row).checked ? "" : clock(start);
  endOf(row).value = wholeOf(row).checked ? "" : clock((start + length) % DAY || DAY);
  nameOf(row).value = name;
  if (goneOf(row)) goneOf(row).checked = days.length === 0;
}

function fresh() {
  const empty = rows().find((row) => !ticks(row).some((tick) => tick.checked) && !startOf(row).value && !nameOf(row).value && !goneOf(row)?.defaultChecked);
  if (empty) return empty;
  if (rows().length >= most) return null;
  const number = total.value, copy = list.querySelector("template").content.cloneNode(true);
  for (const part of copy.querySelectorAll("[name],[id],[for]"))
    for (const key of ["name", "id", "for", "aria-describedby"]) if (part.hasAttribute(key)) part.setAttribute(key, part.getAttribute(key).replace("__prefix__", number));
  list.querySelector("template").before(copy);
  total.value = Number(number) + 1;
  return rows().at(-1);
}

// --- changing ---

const state = () => rows().map((row) => [...row.querySelectorAll("input")].map((field) => (field.type === "checkbox" ? field.checked : field.value)));
function restore(kept) {
  rows().forEach((row, at) => {
    row.querySelectorAll("input").forEach((field, n) => {
      if (field.type === "checkbox") field.checked = kept[at]?.[n] ?? false;
      else field.value = kept[at]?.[n] ?? "";
    });
  });
}

function changed() {
  form.dispatchEvent(new Event("input", { bubbles: true }));
}

// Take one day out of its row, and put it where it now belongs.
function put(block, next) {
  past.push(state());
  const old = block && read(block.row), alike = next && blocks().find((other) => !(other.row === block?.row && other.day === block.day) && other.start === next.start && other.length === next.length && other.name === next.name);
  if (block && old.days.length === 1 && next && !alike) write(block.row, { ...next, days: [next.day] });
  else {
    if (block) write(block.row, { ...old, days: old.days.filter((day) => day !== block.day) });
    if (next) {
      const row = alike?.row ?? fresh();
      if (!row) { past.pop(); if (block) write(block.row, old); return; }
      write(row, { ...next, days: [...new Set([...(alike ? read(row).days : []), next.day])] });
    }
  }
  wanted = next;
  changed();
}

// --- drawing ---

function element(name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text) made.textContent = text;
  return made;
}

function pieces({ day, start, length }) {
  const first = { day, start, end: Math.min(start + length, DAY) };
  return start + length > DAY ? [first, { day: (day + 1) % 7, start: 0, end: start + length - DAY }] : [first];
}

function shape(block) {
  const words = `${names[block.day]} ${times(block)} ${block.start + block.length > DAY ? view.dataset.next : ""} ${block.name}`.replace(/ +/g, " ").trim();
  const group = element("g", { class: "block", tabindex: 0, role: "button", "aria-label": words });
  for (const part of pieces(block)) {
    const x = AXIS + part.day * COLUMN, y = TOP + (part.start * HOUR) / 60, height = ((part.end - part.start) * HOUR) / 60;
    group.append(element("rect", { x: `${x}%`, y, width: `${BLOCK}%`, height, rx: 4 }));
    if (height > 16) group.append(element("text", { x: `${x + 0.6}%`, y: y + 15 }, times(block)));
    if (height > 34 && block.name) group.append(element("text", { x: `${x + 0.6}%`, y: y + 31 }, block.name.slice(0, 12)));
  }
  group.block = block;
  return group;
}

const same = (one, other) => other && one.day === other.day && one.start === other.start && one.length === other.length;
function draw() {
  const focused = wanted ?? (document.activeElement?.block || null), found = blocks();
  for (const old of svg.querySelectorAll("g.block")) old.remove();
  for (const block of found.sort((a, b) => a.day - b.day || a.start - b.start)) svg.append(shape(block));
  if (ghost) svg.append(shape(ghost));
  if (focused) [...svg.querySelectorAll("g.block")].find((group) => same(group.block, focused))?.focus({ preventScroll: true });
  wanted = null;
  undo.disabled = past.length === 0;
  for (const row of rows()) for (const field of [startOf(row), endOf(row)]) field.disabled = wholeOf(row).checked;
  view.querySelectorAll("[data-days] dd").forEach((cell, day) => {
    const parts = found.flatMap((block) => pieces(block).filter((part) => part.day === day).map((part) => [part.start, part.day === block.day ? times(block) : view.dataset.until.replace("{time}", clock(part.end)), block]));
    cell.replaceChildren(...(parts.length ? parts.sort((a, b) => a[0] - b[0]).map(([, words, block]) => button(`${words} ${block.name}`, () => edit(block))) : [closed]), button("+", () => add(day), view.dataset.add.replace("{day}", names[day])));
  });
}

function button(text, pressed, label) {
  const made = document.createElement("button");
  Object.assign(made, { type: "button", className: "button small quiet", textContent: text });
  if (label) made.setAttribute("aria-label", label);
  made.addEventListener("click", pressed);
  return made;
}

const say = (block, words = view.dataset.said) => { tell.textContent = words.replace("{day}", names[block.day]).replace("{times}", times(block)); };
const edit = ({ row }) => (wholeOf(row).checked ? wholeOf(row) : startOf(row)).focus();

function add(day) {
  const taken = blocks().filter((block) => block.day === day).map((block) => block.start + block.length);
  const start = Math.min(Math.max(540, ...taken), DAY - 60);
  const block = { day, start, length: taken.length ? 60 : 480, name: "" };
  put(null, block);
  say(block);
  const row = blocks().find((found) => same(found, block))?.row;
  if (row && !svg.checkVisibility?.()) startOf(row).focus();
}

function back() {
  if (!past.length) return;
  restore(past.pop());
  changed();
  tell.textContent = view.dataset.back;
}

// --- keys ---

const MOVES = { ArrowUp: [0, -STEP], ArrowDown: [0, STEP], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
svg.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "z") { event.preventDefault(); back(); return; }
  const head = event.target.dataset?.day;
  if (head !== undefined && (event.key === "Enter" || event.key === " ")) { event.preventDefault(); add(Number(head)); return; }
  const block = event.target.block;
  if (!block || event.ctrlKey || event.altKey || event.metaKey) return;
  const step = MOVES[event.key];
  if (step) {
    event.preventDefault();
    const next = { ...block, day: (block.day + step[0] + 7) % 7 };
    if (event.shiftKey) next.length = block.length + step[1];
    else next.start = block.start + step[1];
    if (event.shiftKey && step[0]) return;
    if (next.length < STEP || next.length > DAY || next.start < 0 || next.start >= DAY || (next.length === DAY && next.start)) return;
    put(block, next);
    say(next);
  } else if (event.key === "Delete" || event.key === "Backspace") {
    event.preventDefault();
    put(block, null);
    say(block, view.dataset.gone);
    (svg.querySelector("g.block") ?? svg.querySelector("[data-day]")).focus({ preventScroll: true });
  } else if (event.key === "Enter") {
    event.preventDefault();
    edit(block);
  }
});

// --- dragging ---

function at(event) {
  const box = svg.getBoundingClientRect(), x = ((event.clientX - box.left) / box.width) * 100;
  const minute = ((event.clientY - box.top - TOP) / HOUR) * 60;
  return { day: Math.max(0, Math.min(6, Math.floor((x - AXIS) / COLUMN))), minute, inside: x >= AXIS && minute >= 0 && minute < DAY };
}
const snap = (minute) => Math.round(minute / STEP) * STEP;

let drag = null;
svg.addEventListener("pointerdown", (event) => {
  if (event.button !== 0) return;
  const place = at(event), block = event.target.closest("g.block")?.block;
  if (!place.inside || (!block && event.pointerType === "touch")) return;
  if (block) {
    const rect = event.target.closest("g.block").querySelectorAll("rect"), first = rect[0].getBoundingClientRect(), last = rect[rect.length - 1].getBoundingClientRect();
    const way = last.bottom - event.clientY < EDGE ? "end" : event.clientY - first.top < EDGE && event.clientY >= first.top ? "start" : "move";
    drag = { block, way, from: place };
  } else {
    const start = Math.min(Math.floor(place.minute / STEP) * STEP, DAY - STEP);
    drag = { block: null, way: "end", from: place, base: { day: place.day, start, length: STEP, name: "" } };
  }
  event.preventDefault();
  svg.setPointerCapture(event.pointerId);
});
svg.addEventListener("pointermove", (event) => {
  if (!drag) return;
  const place = at(event), base = drag.block ?? drag.base, by = snap(place.minute - drag.from.minute);
  const next = { ...base };
  if (drag.way === "move") Object.assign(next, { day: (base.day + place.day - drag.from.day + 7) % 7, start: Math.max(0, Math.min(DAY - STEP, base.start + by)) });
  if (drag.way === "end") next.length = Math.max(STEP, Math.min(base.start ? DAY - STEP : DAY, drag.block ? base.length + by : snap(place.minute) - base.start));
  if (drag.way === "start") { next.start = Math.max(0, Math.min(base.start + base.length - STEP, base.start + by)); next.length = base.length + base.start - next.start; }
  if (next.length === DAY && next.start) next.start = 0;
  drag.next = same(next, base) && drag.block ? null : next;
  ghost = drag.next && { ...drag.next, row: null };
  draw();
});
function drop(keep) {
  if (!drag) return;
  const { block, base, next } = drag;
  drag = ghost = null;
  const made = next ?? (base && { ...base, length: Math.min(60, DAY - base.start) });
  if (keep && made) { put(block, made); say(made); } else { wanted = block; draw(); }
}
svg.addEventListener("pointerup", () => drop(true));
svg.addEventListener("pointercancel", () => drop(false));
addEventListener("keydown", (event) => { if (event.key === "Escape") drop(false); });

// --- start ---

svg.setAttribute("role", "group");
svg.setAttribute("aria-describedby", "week-help");
svg.querySelectorAll("[data-head]").forEach((head, day) => {
  head.textContent = `${names[day]} +`;
  for (const [key, value] of Object.entries({ tabindex: 0, role: "button", "data-day": day, "aria-label": view.dataset.add.replace("{day}", names[day]) })) head.setAttribute(key, value);
  head.addEventListener("click", () => add(day));
});
view.querySelector("[data-help]").hidden = undo.hidden = false;
undo.addEventListener("click", back);
const more = list.querySelector("[data-more]");
more.hidden = false;
more.addEventListener("click", () => { const row = fresh(); if (row) ticks(row)[0].focus(); });
form.addEventListener("input", draw);
form.addEventListener("change", draw);
form.addEventListener("reset", () => setTimeout(() => { past.length = 0; draw(); }));
draw();
