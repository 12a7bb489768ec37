// What the desk does in the browser besides htmx. Everything works without it.
"use strict";

// Times are shown in the zone of the reader's clock. The server learns it from a cookie.
const body = document.body;
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && body.dataset.zone !== zone) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  const kept = `${body.dataset.zoneCookie}=${zone}`;
  document.cookie = `${kept}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
  // Only where the cookie was kept, and nobody has typed yet.
  const isKept = document.cookie.split("; ").includes(kept);
  if (isKept && !document.querySelector("[data-focus]") && !sessionStorage.getItem("zone")) {
    sessionStorage.setItem("zone", zone);
    location.reload();
  }
}

document.querySelector("[data-focus]")?.focus();

// A form whose problem, or whose link, is in a closed fold: open it.
function openFoldOf(element) {
  for (let at = element; at; at = at.parentElement) {
    if (at instanceof HTMLDetailsElement) at.open = true;
  }
}
addEventListener("hashchange", () => openFoldOf(document.getElementById(location.hash.slice(1))));

// A session that has ended has the page loaded anew, but not while something is typed in it. Sent
// then, it is shown on the page that says so.
function isTyped() {
  const fields = document.querySelectorAll("textarea, input[type=text]");
  return [...fields].some((field) => field.value !== field.defaultValue);
}
addEventListener("htmx:beforeOnLoad", (event) => {
  if (event.detail.xhr.status === 401 && isTyped()) event.preventDefault();
});

// --- keys: each element with data-key is reached by that key (WCAG 2.1.4: they can be off) ---
const dialog = document.getElementById("keys");
const areOff = () => localStorage.getItem("case72-keys") === "off";

function isTyping(target) {
  return target.closest("textarea, select, input:not([type=radio], [type=checkbox]), [contenteditable]");
}

function reach(element) {
  openFoldOf(element);
  if (element instanceof HTMLDetailsElement) {
    element.querySelector("textarea, input:not([type=hidden]), select")?.focus();
  } else if (element instanceof HTMLInputElement) {
    element.click();
    (document.getElementById(element.dataset.then) ?? element).focus();
  } else {
    element.click();
  }
}

function showHelp() {
  const list = dialog.querySelector("[data-keys]");
  const line = document.getElementById("key-help");
  list.replaceChildren();
  for (const element of document.querySelectorAll("[data-key]")) {
    const copy = line.content.cloneNode(true);
    copy.querySelector("kbd").textContent = element.dataset.key;
    copy.querySelector("dd").textContent = element.dataset.label;
    list.append(copy);
  }
  label();
  dialog.showModal();
}

function label() {
  const button = dialog.querySelector("[data-switch-keys]");
  button.textContent = areOff() ? button.dataset.on : button.dataset.off;
}

if (dialog) {
  for (const button of document.querySelectorAll("[data-help]")) {
    button.hidden = false;
    button.addEventListener("click", showHelp);
  }
  dialog.querySelector("[data-switch-keys]").addEventListener("click", () => {
    localStorage.setItem("case72-keys", areOff() ? "on" : "off");
    label();
  });
  addEventListener("keydown", (event) => {
    const isPlain = !event.ctrlKey && !event.altKey && !event.metaKey && !event.isComposing;
    if (!isPlain || event.repeat || areOff() || dialog.open || isTyping(event.target)) return;
    if (event.key === "?") {
      event.preventDefault();
      showHelp();
      return;
    }
    const element = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (element) {
      event.preventDefault();
      reach(element);
    }
  });
}
