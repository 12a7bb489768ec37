// The page works without this script. The script runs the countdown, shows changes without a
// reload, and adds and removes rows of a plan in place.
"use strict";

const REFRESH_EVERY = 12_000;
const TICK_EVERY = 1_000;

// --- the countdown -------------------------------------------------------------------------

// Count by the server's clock, since the seller's clock can be wrong.
let serverAhead = 0;
let timeWasLeft = false;

function synchronise() {
  const countdown = document.querySelector("[data-until]");
  if (countdown) serverAhead = Number(countdown.dataset.now) * 1000 - Date.now();
}

function tick() {
  const countdown = document.querySelector("[data-until]");
  if (!countdown) return;
  const seconds = Math.max(0, Number(countdown.dataset.until) - (Date.now() + serverAhead) / 1000);
  countdown.hidden = seconds === 0;
  const isOver = seconds === 0 && timeWasLeft;
  timeWasLeft = seconds > 0;
  if (isOver) refresh();
  const minutes = Math.ceil(seconds / 60);
  const parts = {
    days: Math.floor(minutes / 1440),
    hours: Math.floor(minutes / 60) % 24,
    minutes: minutes % 60,
  };
  for (const [name, value] of Object.entries(parts)) {
    const shown = countdown.querySelector(`[data-part="${name}"]`);
    if (shown.textContent === String(value)) continue;
    shown.textContent = String(value);
    const unit = shown.parentElement.querySelector("[data-one]");
    unit.textContent = value === 1 ? unit.dataset.one : unit.dataset.several;
    shown.parentElement.hidden = value === 0;
  }
}

// --- what has changed ----------------------------------------------------------------------

let refreshing = false;
let shown = null; // what the page shows, as the server tags it; null if it must be asked for whole

function mayBeReplaced(part) {
  if (part.contains(document.activeElement)) return false;
  return part.dataset.live !== "unless-typed" || !("typed" in part.dataset);
}

function keepOpen(part, fresh) {
  for (const fold of part.querySelectorAll("details[open][id]")) {
    const same = fresh.querySelector(`#${CSS.escape(fold.id)}`);
    if (same) same.open = true;
  }
}

function goOnWithVisit(fresh) {
  const proof = fresh.querySelector("[name=csrf]").value;
  for (const field of document.querySelectorAll("[name=csrf]")) field.value = proof;
}

function warn(which) {
  for (const id of ["offline", "over", "other"]) document.getElementById(id).hidden = id !== which;
}

const live = (page) => [...page.querySelectorAll("[data-live]")].map((part) => part.id).join();

// Return whether the page shows all that is new. What the seller is at is left for later.
function replace(fresh) {
  const main = document.getElementById("main");
  const busy = main.querySelector("[data-typed]") || main.contains(document.activeElement);
  let whole = live(document) === live(fresh);
  if (!whole && !busy) {
    // A case was opened or has ended, so replace the whole page.
    main.replaceWith(fresh.getElementById("main"));
    return true;
  }
  for (const part of document.querySelectorAll("[data-live]")) {
    const other = fresh.getElementById(part.id);
    if (part.innerHTML === other?.innerHTML) continue;
    if (!mayBeReplaced(part)) {
      whole = false;
      continue;
    }
    if (other) {
      keepOpen(part, other);
      part.replaceWith(other);
    } else {
      part.remove();
    }
  }
  addMissing(fresh);
  return whole;
}

// Put in the parts that are new, such as the form of an appeal while the seller writes a plan.
function addMissing(fresh) {
  for (const part of fresh.querySelectorAll("[data-live]")) {
    if (document.getElementById(part.id)) continue;
    let next = part.nextElementSibling;
    while (next && !document.getElementById(next.id)) next = next.nextElementSibling;
    if (next) document.getElementById(next.id).before(part);
  }
}

// Remove notices that no longer hold, such as that we are calling.
function removeOutdated(fresh) {
  for (const said of document.querySelectorAll("[data-while]")) {
    if (!fresh.getElementById(said.dataset.while)) said.remove();
  }
}

function announce(before) {
  const headline = document.getElementById("headline");
  const status = document.getElementById("now")?.dataset.status;
  if (!headline || status === before) return;
  const changed = document.getElementById("changed");
  changed.textContent = `${changed.dataset.text} ${headline.textContent.trim()}`;
}

async function refresh() {
  if (document.hidden || refreshing) return;
  refreshing = true;
  try {
    const headers = { Accept: "text/html", ...(shown && { "If-None-Match": shown }) };
    const response = await fetch("/", { headers, cache: "no-store" });
    if (response.status === 304) return warn(null);
    if (response.status === 403) return warn("over");
    if (!response.ok) throw new Error(String(response.status));
    const before = document.getElementById("now")?.dataset.status;
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    if (fresh.body.dataset.account !== document.body.dataset.account) return warn("other");
    goOnWithVisit(fresh);
    removeOutdated(fresh);
    shown = replace(fresh) ? response.headers.get("ETag") : null;
    countAll();
    announce(before);
    synchronise();
    tick();
    const offline = document.getElementById("offline");
    offline.textContent = fresh.getElementById("offline").textContent;
    warn(null);
  } catch {
    warn("offline");
  } finally {
    refreshing = false;
  }
}

// --- the rows of a plan --------------------------------------------------------------------

function renumber(fieldset) {
  const part = fieldset.dataset.part;
  const rows = [...fieldset.querySelectorAll(".row")];
  rows.forEach((row, index) => {
    const id = `${part}-${index + 1}`;
    const text = row.querySelector("textarea");
    const label = row.querySelector("label");
    const remove = row.querySelector(".remove");
    label.htmlFor = text.id = remove.value = id;
    for (const words of [label, remove.querySelector("span")]) {
      words.textContent = words.textContent.replace(/\d+/, String(index + 1));
    }
    remove.hidden = rows.length === 1;
    const [problem, count] = [row.querySelector(".problem"), row.querySelector(".count")];
    if (problem) problem.id = `${id}-problem`;
    count.id = `${id}-count`;
    const about = [`${part}-hint`, problem?.id, count.id].filter(Boolean);
    text.setAttribute("aria-describedby", about.join(" "));
  });
  fieldset.querySelector(".add").hidden = rows.length >= 20;
}

function addRow(fieldset, typed = "") {
  const last = [...fieldset.querySelectorAll(".row")].at(-1);
  const row = last.cloneNode(true);
  const text = row.querySelector("textarea");
  text.value = text.textContent = typed;
  text.removeAttribute("aria-invalid");
  text.removeAttribute("autofocus");
  row.querySelector(".problem")?.remove();
  last.after(row);
  renumber(fieldset);
  countAll();
  return text;
}

function removeRow(fieldset, row) {
  const next = row.nextElementSibling?.matches(".row") ? row.nextElementSibling : row.previousElementSibling;
  row.remove();
  renumber(fieldset);
  countAll();
  next.querySelector("textarea").focus();
}

// Count characters like the server: an emoji is one, and spaces around a text do not count.
const lengthOf = (text) => [...text.value.trim()].length;

function showCount(count, has) {
  const most = Number(count.dataset.most);
  const number = has.toLocaleString(document.documentElement.lang);
  count.textContent = count.dataset.words.replace("#", number);
  count.hidden = has === 0;
  count.classList.toggle("over", has > most);
}

function countAll() {
  const form = planForm();
  if (!form) return;
  let all = 0;
  for (const row of form.querySelectorAll(".row")) {
    const has = lengthOf(row.querySelector("textarea"));
    all += has;
    showCount(row.querySelector(".count"), has);
  }
  showCount(document.getElementById("plan-count"), all);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-plan] button[name=add], [data-plan] button[name=remove]");
  if (!button) return;
  event.preventDefault();
  const fieldset = button.closest("fieldset");
  markTyped(button);
  if (button.name === "add") addRow(fieldset).focus();
  else removeRow(fieldset, button.closest(".row"));
  keepDraft();
});

// --- the draft of a plan or an appeal ------------------------------------------------------

// Keep what was typed while the seller does something else, such as asking for a call. The draft
// is for this tab and this case, until a plan or an appeal is sent.

const planForm = () => document.querySelector("[data-plan]");

function draftName({ elements }) {
  return `${elements.case.value} ${elements.state.value.split(".")[0]}`;
}

function keepDraft() {
  const rows = [...planForm().querySelectorAll("[data-part]")].map((fieldset) =>
    [...fieldset.querySelectorAll("textarea")].map((text) => text.value),
  );
  sessionStorage.setItem(draftName(planForm()), JSON.stringify(rows));
}

function restoreDraft() {
  const form = planForm();
  const draft = form && sessionStorage.getItem(draftName(form));
  if (!draft || form.closest("[data-typed]")) return;
  const fieldsets = form.querySelectorAll("[data-part]");
  JSON.parse(draft).forEach((texts, part) => {
    const fieldset = fieldsets[part];
    const [first, ...others] = fieldset.querySelectorAll(".row");
    for (const row of others) row.remove();
    first.querySelector("textarea").value = texts[0];
    for (const text of texts.slice(1)) addRow(fieldset, text);
    renumber(fieldset);
  });
  for (const fold of document.querySelectorAll("#newer")) fold.open = true;
  markTyped(form);
  countAll();
}

const appealForm = () => document.getElementById("appeal-form");
const appealDraftName = (form) => `${form.getAttribute("action")} ${form.elements.state.value}`;

function keepAppealDraft() {
  const texts = [...appealForm().querySelectorAll("textarea")].map((text) => text.value);
  sessionStorage.setItem(appealDraftName(appealForm()), JSON.stringify(texts));
}

function restoreAppealDraft() {
  const form = appealForm();
  const draft = form && sessionStorage.getItem(appealDraftName(form));
  if (!draft || form.closest("[data-typed]")) return;
  const texts = form.querySelectorAll("textarea");
  JSON.parse(draft).forEach((typed, index) => {
    texts[index].value = typed;
  });
  for (const fold of document.querySelectorAll("#more")) fold.open = true;
  markTyped(form);
}

document.addEventListener("submit", (event) => {
  if (event.target.matches('[action="/leave"]')) sessionStorage.clear();
});

// If nothing was typed, change the language by a plain link, so that the page can be reloaded.
document.addEventListener("click", (event) => {
  const button = event.target.closest?.(".languages button");
  if (!button || document.querySelector("#plan[data-typed], #appeal[data-typed]")) return;
  event.preventDefault();
  location.assign(`/?language=${button.value}`);
});

function markTyped(element) {
  const part = element.closest?.("[data-live]");
  if (part) part.dataset.typed = "";
}

document.addEventListener("input", (event) => {
  markTyped(event.target);
  if (event.target.closest("#appeal-form")) keepAppealDraft();
  if (!event.target.closest("[data-plan]")) return;
  countAll();
  keepDraft();
});

// --- start ---------------------------------------------------------------------------------

synchronise();
setInterval(tick, TICK_EVERY);
setInterval(refresh, REFRESH_EVERY);
document.addEventListener("visibilitychange", () => refresh());
document.getElementById("problems")?.focus();
countAll();
// Keep these last. They throw in a browser that stores nothing for a page.
restoreDraft();
restoreAppealDraft();
