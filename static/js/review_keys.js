// One case after the other without a mouse. The keys are told by "?" (the dialog of the page); every
// one presses or focuses something that is on the page, so nothing is reachable by key alone.

const field = "textarea, select, [contenteditable], input:not([type=checkbox]):not([type=radio])";
const decide = document.querySelector("#decide");
const help = document.querySelector("[data-keys-help]");
const returning = decide?.querySelector("details.return");
const places = { f: ".review-findings", c: ".changes", q: ".query-list" };
const reached = {};

function follow(selector) {
  const control = document.querySelector(selector);
  if (control) control.click();
  return Boolean(control);
}

function openReturn() {
  if (!returning) return false;
  returning.open = true;
  return true;
}

// The next (or with Shift the one before) finding, changed cell or question: its cell in the form.
function jump(key, step) {
  const links = [...document.querySelectorAll(`${places[key]} a[href^="#c:"]`)];
  if (!links.length) return false;
  const start = step > 0 ? -1 : links.length;
  const at = ((reached[key] ?? start) + step + links.length) % links.length;
  reached[key] = at;
  const path = decodeURIComponent(links[at].hash.slice(1));
  const cell = document.getElementById(path);
  if (!cell) { links[at].focus(); return true; }
  window.location.hash = `#${path}`;
  cell.scrollIntoView({ block: "center" });
  if (!cell.hasAttribute("tabindex")) cell.tabIndex = -1;
  cell.focus({ preventScroll: true });
  return true;
}

function reason(number) {
  if (!returning?.open) return false;
  const box = returning.querySelectorAll("input[name=reason]")[number - 1];
  if (!box) return false;
  box.click();
  box.focus();
  return true;
}

const acts = {
  n: () => follow("[data-next]"),
  p: () => follow("[data-previous]"),
  u: () => follow("[data-queue-link]"),
  g: () => follow("[data-claim]"),
  a: () => {
    const approve = document.querySelector("[data-approve]");
    approve?.focus();
    return Boolean(approve);
  },
  r: () => openReturn() && (returning.querySelector("input[name=reason]").focus(), true),
  m: () => openReturn() && (returning.querySelector("textarea[name=note]").focus(), true),
  "?": () => { help?.showModal(); return Boolean(help); },
};

function act(event) {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (key in places) return jump(key, event.shiftKey ? -1 : 1);
  if (/^[1-9]$/.test(key)) return reason(Number(key));
  return acts[key]?.() ?? false;
}

document.addEventListener("keydown", (event) => {
  if (help?.open || event.altKey || event.metaKey) return;
  const typing = event.target.closest(field);
  if (event.key === "Escape" && typing) { typing.blur(); return; }
  if (event.ctrlKey) {
    if (event.key !== "Enter" || !returning?.contains(event.target)) return;
    event.preventDefault();
    returning.querySelector("form").requestSubmit();
    return;
  }
  if (typing || event.repeat) return;
  if (act(event)) event.preventDefault();
});
document.querySelector("[data-show-keys]")?.addEventListener("click", () => help?.showModal());
help?.addEventListener("click", (event) => { if (event.target === help) help.close(); });
