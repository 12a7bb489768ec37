// The lists work without this script. It keeps what somebody does in a list when the list is
// refreshed, and counts what a bulk has done.
"use strict";

const list = () => document.getElementById("list");
const boxes = () => [...document.querySelectorAll('#list input[type="checkbox"][name="case"]')];
const chosen = () => boxes().filter((box) => box.checked);

let kept = null;

function isBeingTypedIn(target) {
  return target.id === "list" && target.querySelector("details[open]") !== null;
}

// While a form is being sent. Without it in the page htmx tells nobody what came of it.
function isSending(target) {
  return target.querySelector("form.htmx-request") !== null;
}

// htmx puts the focus back on an element of the same id. Remember what it cannot know.
function remember() {
  const row = document.activeElement?.closest("#list tr[data-case]");
  kept = {
    list: list(),
    cases: chosen().map((box) => box.value),
    focused: row ? document.activeElement.id : null,
    index: row ? [...row.parentElement.rows].indexOf(row) : -1,
  };
}

function restore() {
  // htmx tells of each part that it swaps, and the counts are another part.
  if (!kept || kept.list === list()) return;
  for (const box of boxes()) {
    box.checked = kept.cases.includes(box.value);
  }
  if (kept.focused && !document.getElementById(kept.focused)) {
    // The row has left the list: go on with the one that is in its place.
    const rows = document.querySelectorAll("#list tr[data-case]");
    rows[Math.min(kept.index, rows.length - 1)]?.querySelector("[data-open]")
      ?.focus({ preventScroll: true });
  }
  kept = null;
  show("paused", false);
  showChosen();
}

function showChosen() {
  const said = document.querySelector("[data-chosen]");
  const all = document.getElementById("select-all");
  if (!said || !all) return;
  said.dataset.usual ??= said.textContent;
  const count = chosen().length;
  said.textContent = count ? `${count} ${said.dataset.chosen}:` : said.dataset.usual;
  all.hidden = false;
  all.checked = count > 0 && count === boxes().length;
  for (const button of document.querySelectorAll("#bulk button")) button.disabled = count === 0;
}

function showProgress() {
  const bar = document.getElementById("bulk-progress");
  if (!bar) return;
  bar.hidden = false;
  bar.value = document.querySelectorAll("[data-result]").length;
  document.getElementById("bulk-count").textContent = `${bar.value} / ${bar.max}`;
}

const show = (id, isShown) => {
  const element = document.getElementById(id);
  if (element) element.hidden = !isShown;
};

// What to say of a request by its status, which is 0 without an answer. A 409 page says it itself.
function whatFailed(status, verb, texts) {
  if (status === 409 || (status > 0 && status < 400)) return null;
  if (status === 401) return texts.ended;
  if (status > 0 && status < 500 && status !== 429) return texts.refused;
  return verb === "get" ? texts.unread : texts.unanswered;
}

function sayInRow(row, words) {
  let said = row.querySelector(".failed");
  if (!said) {
    said = document.createElement("span");
    said.className = "result-not failed";
    said.setAttribute("role", "alert");
    row.cells[1].prepend(said, " ");
  }
  said.textContent = words;
}

document.addEventListener("change", (event) => {
  if (event.target.id === "select-all") {
    for (const box of boxes()) box.checked = event.target.checked;
  }
  if (event.target.matches('input[type="checkbox"]')) showChosen();
});
document.addEventListener(
  "toggle",
  () => show("paused", isBeingTypedIn(list() ?? document.body)),
  true,
);

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, target, requestConfig } = event.detail;
  if (xhr.status === 409) event.detail.shouldSwap = true; // a refusal says why
  if (target.id !== "list") return;
  if (requestConfig.verb === "get" && (isBeingTypedIn(target) || isSending(target))) {
    // Only the counts are replaced.
    event.detail.shouldSwap = false;
    const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
    const counts = page.getElementById("queues");
    const old = document.getElementById("queues");
    if (counts && !old.contains(document.activeElement)) old.replaceWith(counts);
    return;
  }
  remember();
});
for (const moment of ["htmx:afterSwap", "htmx:afterSettle"]) {
  document.addEventListener(moment, () => {
    restore();
    showProgress();
  });
}
document.addEventListener("htmx:afterRequest", (event) => {
  const { xhr, elt, requestConfig } = event.detail;
  const away = document.getElementById("away");
  const words = whatFailed(xhr.status, requestConfig.verb, away.dataset);
  const row = elt.closest("#results tr");
  if (row && words) sayInRow(row, words);
  if (document.getElementById("results")) {
    // It stays until each case that failed has its result. Its row says why it has none.
    away.hidden = document.querySelector("#results .failed") === null;
  } else if (words) {
    away.textContent = words;
    away.dataset.verb = requestConfig.verb;
    away.hidden = false;
    // What came of the form before it may not be so any more.
    if (requestConfig.verb === "post") document.getElementById("notice").replaceChildren();
  } else if (away.dataset.verb === requestConfig.verb) {
    // The list is read every few seconds. That does not hide what became of something done.
    away.hidden = true;
  }
});
document.addEventListener("DOMContentLoaded", () => {
  showChosen();
  showProgress();
});
