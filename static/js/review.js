// Review without a mouse: J/K and Enter in the queue; a click on a cell of the form (or Enter on it)
// pins a question to it. The keys of a case's page are in review_keys.js. All works without, too.

const typing = (target) => target.closest("input, select, textarea, [contenteditable]") !== null;

function queueKeys(table) {
  const rows = [...table.tBodies[0].rows].filter((row) => row.querySelector("a"));
  let at = -1;
  const go = (to) => {
    if (!rows.length) return;
    rows[at]?.classList.remove("is-current");
    at = Math.max(0, Math.min(rows.length - 1, to));
    rows[at].classList.add("is-current");
    rows[at].querySelector("a").focus();
  };
  table.addEventListener("focusin", (event) => {
    const row = rows.indexOf(event.target.closest("tr"));
    if (row >= 0 && row !== at) go(row);
  });
  document.addEventListener("keydown", (event) => {
    if (typing(event.target) || event.ctrlKey || event.altKey || event.metaKey) return;
    const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    go(at < 0 ? 0 : at + step);
  });
}

function questions(form) {
  const sheet = document.querySelector("[data-review-form]");
  const list = form.querySelector("[data-questions]");
  const template = form.querySelector("[data-question-template]");
  const details = form.closest("details");
  let last = list.querySelectorAll("[data-question]").length;

  const mark = () => {
    const asked = new Set([...list.querySelectorAll("select")].map((select) => select.value));
    for (const cell of sheet.querySelectorAll("[data-cell]")) {
      cell.classList.toggle("is-asked", asked.has(cell.dataset.cell));
    }
  };
  const armed = (question) => {
    const drop = question.querySelector("[data-drop]");
    drop.hidden = false;
    drop.addEventListener("click", () => { question.remove(); mark(); });
    question.querySelector("select").addEventListener("change", mark);
  };
  const ask = (path) => {
    const asked = [...list.querySelectorAll("[data-question]")]
      .find((question) => path && question.querySelector("select").value === path);
    if (asked) { asked.querySelector("textarea").focus(); return; }
    last += 1;
    const question = template.content.cloneNode(true).querySelector("[data-question]");
    for (const field of question.querySelectorAll("[name]")) {
      field.name = field.name.replace("-0-", `-${last}-`);
      field.id = field.id.replace("-0-", `-${last}-`);
    }
    for (const label of question.querySelectorAll("label")) {
      label.htmlFor = label.htmlFor.replace("-0-", `-${last}-`);
    }
    question.querySelector("select").value = path;
    list.append(question);
    armed(question);
    details.open = true;
    mark();
    question.querySelector("textarea").focus();
  };

  list.querySelectorAll("[data-question]").forEach(armed);
  form.querySelector("[data-ask]").addEventListener("click", (event) => {
    event.preventDefault();
    ask("");
  });
  const arm = () => {
    sheet.classList.toggle("is-asking", details.open);
    for (const cell of sheet.querySelectorAll("[data-cell]")) {
      if (details.open) cell.tabIndex = 0; else cell.removeAttribute("tabindex");
    }
  };
  details.addEventListener("toggle", arm);
  arm();
  const asked = (event) => {
    const cell = event.target.closest("[data-cell]");
    if (!cell || !details.open || event.target.closest("a, button")) return;
    event.preventDefault();
    ask(cell.dataset.cell);
  };
  sheet.addEventListener("click", asked);
  sheet.addEventListener("keydown", (event) => { if (event.key === "Enter") asked(event); });
  mark();
}

const queue = document.querySelector("[data-queue]");
if (queue) queueKeys(queue);
const returning = document.querySelector("[data-return]");
if (returning) questions(returning);
