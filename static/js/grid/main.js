/* The entry grid: binds the form the server rendered to the queue of saves, the rules in the
 * browser, the keyboard and the side list. Without this file the same form is posted whole. */
import { normalise } from "../evaluation/values.js";
import { Combobox, loadList } from "./combobox.js";
import { askConflict } from "./conflict.js";
import { closeDialog, fill, openDialog } from "./dom.js";
import { showEarlier } from "./earlier.js";
import { sendExplanation } from "./explain.js";
import { Findings } from "./findings.js";
import { enter, listenToKeys, vertical } from "./keyboard.js";
import { FormModel, split } from "./model.js";
import { listenToPaste } from "./paste.js";
import { SaveQueue } from "./queue.js";
import { Rows } from "./rows.js";
import { Status } from "./status.js";
import { listenToSubmit } from "./submit.js";
import { listenToTake } from "./take.js";
import { Undo } from "./undo.js";

const RUN_PAUSE = 40;
// half a code or half a date is always wrong: it is judged after a pause, or on leaving the cell
const PIECEWISE_PAUSE = 900;
const PIECEWISE = new Set(["choice", "multi_choice", "date", "year_month", "year", "coordinate", "credit_code", "organisation_code", "division", "phone"]);
const data = JSON.parse(document.getElementById("grid-data").textContent);
const { texts } = data;
const root = document.getElementById("grid-form");
const announcer = document.getElementById("announcer");
const model = new FormModel(root, data);
const queue = new SaveQueue({
  caseId: data.case,
  userId: data.user,
  version: data.version,
  url: data.urls.cells,
  token: root.elements.csrfmiddlewaretoken.value,
  device: deviceName(),
  contextToken: data.context_token,
});
const status = new Status(queue, texts);

function deviceName() {
  let name = "";
  try {
    name = localStorage.getItem("census-device") || "";
    if (!name) {
      name = `web-${Math.random().toString(36).slice(2, 10)}`;
      localStorage.setItem("census-device", name);
    }
  } catch (error) {
    name = "web";
  }
  return name;
}

function say(sentence) {
  announcer.textContent = "";
  setTimeout(() => {
    announcer.textContent = sentence;
  }, 30);
}

/** A sentence at the foot of the page, for a few seconds. */
function toast(sentence) {
  const box = document.getElementById("toast");
  box.textContent = sentence;
  box.hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => {
    box.hidden = true;
  }, 6000);
  say(sentence);
}

/* ---- values ---------------------------------------------------------------------------------- */

let runTimer = null;
function runSoon(pause = RUN_PAUSE) {
  clearTimeout(runTimer);
  runTimer = setTimeout(() => findings.run(), pause);
}

/** A value was typed, chosen, pasted or taken back. */
function write(path, value, { now = false } = {}) {
  if (model.get(path) === value) return;
  model.set(path, value);
  words(path);
  queue.add({ op: "set", cell: path, value }, { now });
  runSoon(!now && PIECEWISE.has(model.item(path).type) ? PIECEWISE_PAUSE : RUN_PAUSE);
}

/** The words behind a code, under its control. */
async function words(path) {
  const control = model.control(path);
  const place = control && control.closest("td").querySelector(".cell-words");
  if (!place || !control.dataset.list) return;
  const list = await loadList(data.codelists[control.dataset.list]).catch(() => []);
  const codes = normalise(control.value).split(",");
  place.textContent = codes
    .map((code) => list.find((entry) => entry.code === code))
    .filter(Boolean)
    .map((entry) => entry.label)
    .join(texts.separator);
}

function apply(path, value) {
  model.show(path, value);
  write(path, value, { now: true });
}

function stateOf(path, state, message = "") {
  const td = model.cell(path);
  if (!td) return;
  td.dataset.state = state;
  const mark = td.querySelector(".cell-state");
  if (mark) mark.title = message || texts[`cell_${state}`] || "";
  if (state === "saved") {
    setTimeout(() => {
      if (td.dataset.state === "saved") delete td.dataset.state;
    }, 2500);
  }
}

/* ---- findings and help ----------------------------------------------------------------------- */

const findings = new Findings({
  model,
  data,
  evaluate: null,
  states: null,
  rules: null,
  jump: (finding) => go(finding.cells[0]),
  explain: (key, text) =>
    sendExplanation({
      queue,
      findings,
      texts,
      url: data.urls.explain,
      key,
      text,
      whenStored: (body) => {
        progress(body.progress);
        say(texts.explained_saved);
      },
    }),
});

async function loadRules() {
  const [engine, rules] = await Promise.all([import(data.urls.engine), import(data.urls.rules)]);
  findings.evaluate = engine.evaluate;
  findings.states = engine.itemStates;
  findings.rules = rules;
  const lists = {};
  const unavailable = [];
  await Promise.all(
    Object.entries(data.codelists).map(async ([name, url]) => {
      try {
        lists[name] = new Set((await loadList(url)).map((entry) => entry.code));
      } catch (error) {
        unavailable.push(name); // the server checks it
      }
    }),
  );
  findings.context.codelists = lists;
  findings.context.codelists_unavailable = unavailable;
  findings.run();
}

function go(path) {
  const td = path && model.cell(path);
  if (!td) return false;
  enter(td);
  td.classList.add("is-sought");
  setTimeout(() => td.classList.remove("is-sought"), 1200);
  return true;
}

let lastFinding = -1;
function nextFinding(step) {
  const list = [...findings.hard, ...findings.open, ...findings.missing].filter((f) => model.cell(f.cells[0]));
  if (!list.length) {
    say(texts.no_findings);
    return true;
  }
  const here = document.activeElement.closest && document.activeElement.closest("td[data-cell]");
  const at = here ? list.findIndex((f) => f.cells[0] === here.dataset.cell) : -1;
  if (at >= 0 && (lastFinding < 0 || !list[lastFinding] || list[lastFinding].cells[0] !== here.dataset.cell)) lastFinding = at;
  lastFinding = (lastFinding + step + list.length) % list.length;
  if (at < 0 && step < 0 && !here) lastFinding = list.length - 1;
  const finding = list[lastFinding];
  go(finding.cells[0]);
  say(finding.message);
  return true;
}

function showHelp(td) {
  const box = document.getElementById("item-help");
  const item = model.item(td.dataset.cell);
  if (!box || !item) return;
  box.querySelector("[data-help-name]").textContent = item.unit
    ? fill(texts.item_in_unit, { item: `${item.code} ${item.label}`, unit: item.unit })
    : `${item.code} ${item.label}`;
  box.querySelector("[data-help-text]").textContent = item.help || texts.no_help;
  box.querySelector("[data-help-format]").textContent = item.format || "";
  showEarlier(box.querySelector("[data-help-earlier]"), td.dataset.cell, { model, data, texts });
}

/* ---- the server's answers -------------------------------------------------------------------- */

function progress(figures) {
  if (!figures) return;
  document.querySelectorAll("[data-progress]").forEach((element) => {
    if (element.tagName === "PROGRESS") {
      element.max = Math.max(1, figures.required);
      element.value = figures.required ? figures.required - figures.missing : 1;
    }
    else element.textContent = String(figures[element.dataset.progress]);
  });
}

function whenAnswered({ detail }) {
  rows.follow(detail.rows || {});
  if (detail.context) {
    Object.assign(findings.context, detail.context);
    queue.contextToken = detail.context_token;
    runSoon();
  }
  for (const [path, value] of Object.entries(detail.cells || {})) {
    if (queue.isUnsaved(path) || model.get(path) === value) continue;
    model.set(path, value);
    model.show(path, value);
    words(path);
    const td = model.cell(path);
    if (!td) continue;
    const author = (detail.authors || {})[path];
    td.classList.add("is-theirs");
    td.title = author ? fill(texts.changed_by, { name: author.by }) : texts.changed_by_other;
  }
  if (detail.findings && !queue.pending.length) findings.byServer(detail.findings);
  findings.render();
  progress(detail.progress);
  presence(detail);
  status.show();
}

function presence({ present = [] }) {
  const box = document.getElementById("presence");
  box.hidden = !present.length;
  box.textContent = present.length ? fill(texts.present, { names: present.join(texts.separator) }) : "";
}

queue.addEventListener("cell", ({ detail }) => stateOf(detail.cell, detail.state, detail.message));
queue.addEventListener("answer", whenAnswered);
queue.addEventListener("refusal", ({ detail }) => say(detail.message));
queue.addEventListener("unstorable", () => say(texts.unstorable));
queue.addEventListener("conflict", ({ detail }) => {
  askConflict({
    conflicts: detail.conflicts,
    model,
    texts,
    settle: (theirs) => {
      for (const { cell, theirs: value } of detail.conflicts) {
        if (!theirs.includes(cell)) continue;
        model.set(cell, value || "");
        model.show(cell, value || "");
        stateOf(cell, "saved");
      }
      queue.settle(theirs);
      runSoon();
    },
  });
});

/* ---- rows, undo, keyboard -------------------------------------------------------------------- */

const combobox = new Combobox(root, {
  urls: data.codelists,
  texts,
  isMultiple: (input) => input.closest("td").dataset.type === "multi_choice",
  choose: (input) => input.dispatchEvent(new Event("change", { bubbles: true })),
});
const rows = new Rows(model, queue, (part) =>
  part.querySelectorAll("input[data-list]").forEach((input) => combobox.prepare(input)),
);
const undo = new Undo({ apply, rows, button: document.getElementById("undo-button") });

function addRow(group, options) {
  if (rows.isFull(group)) {
    say(fill(texts.group_full, { max: model.groups[group].max }));
    return true;
  }
  const row = rows.add(group, options);
  undo.push({ added: { group, row } });
  const first = rows.section(group).querySelector(`td[data-row="${row}"]`);
  if (first) enter(first);
  runSoon();
  return true;
}

root.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-act]");
  if (!button) return;
  event.preventDefault();
  const group = button.closest("[data-group]").dataset.group;
  const head = button.closest("[data-row]");
  if (button.dataset.act === "add") addRow(group);
  if (button.dataset.act === "copy") addRow(group, { after: head.dataset.row, values: model.rowValues(group, head.dataset.row) });
  if (button.dataset.act === "remove") {
    undo.push({ removed: rows.remove(group, head.dataset.row) });
    say(texts.row_removed_undo);
    const add = rows.section(group).querySelector('[data-act="add"]');
    if (add) add.focus();
    runSoon();
  }
});

function takeBack() {
  const path = undo.back();
  if (path) go(path);
  runSoon();
  return true;
}

const acts = {
  atTheEdge: () => say(texts.at_the_edge),
  nextFinding,
  help: () => {
    openDialog(document.getElementById("keys-dialog"));
    return true;
  },
  saveNow: () => {
    queue.flush();
    return true;
  },
  restore: (td) => {
    if (before === null || before.path !== td.dataset.cell) return false;
    if (model.get(before.path) === before.value) return false;
    apply(before.path, before.value);
    return true;
  },
  undoFrom: (td) => {
    if (before && before.path === td.dataset.cell && model.get(before.path) !== before.value) return false;
    return takeBack();
  },
  addRow: (td) => {
    const { group, row } = split(td.dataset.cell);
    return group ? addRow(group, { after: row }) : false;
  },
  copyFromBefore: (td) => {
    const { group, row, slug } = split(td.dataset.cell);
    let source = null;
    if (group) {
      const at = model.rows[group].indexOf(row);
      source = at > 0 ? `${group}/${model.rows[group][at - 1]}/${slug}` : null;
    } else {
      const above = vertical(root, td, -1);
      source = above ? above.dataset.cell : null;
    }
    if (source === null) return true;
    const path = td.dataset.cell;
    undo.cells([{ path, before: model.get(path), after: model.get(source) }]);
    apply(path, model.get(source));
    if (before && before.path === path) before.value = model.get(path);
    return true;
  },
};
listenToKeys(root, acts);

listenToPaste(model, (changes, outside) => {
  const done = changes.map(({ path, value }) => ({ path, before: model.get(path), after: value }));
  for (const { path, value } of changes) {
    model.show(path, value);
    write(path, value);
  }
  queue.soon(0);
  undo.cells(done);
  if (before) before.value = model.get(before.path);
  findings.run();
  const wrong = changes.filter(({ path }) => model.cell(path).classList.contains("has-hard")).length;
  toast(fill(outside ? texts.pasted_outside : texts.pasted, { n: changes.length, wrong, outside }));
});

/* ---- typing ---------------------------------------------------------------------------------- */

let before = null; // the cell the cursor is in and what it held on entering

function pathOf(target) {
  return target.closest(".cell-control") ? target.closest("td[data-cell]").dataset.cell : null;
}

root.addEventListener("focusin", ({ target }) => {
  const path = pathOf(target);
  if (!path) return;
  before = { path, value: model.get(path) };
  const td = model.cell(path);
  document.querySelectorAll("tr.is-here").forEach((line) => line.classList.remove("is-here"));
  td.closest("tr").classList.add("is-here");
  td.classList.remove("is-theirs");
  if (target.dataset.list) combobox.prepare(target);
  document.documentElement.classList.add("is-typing");
  showHelp(td);
  findings.pointOut(path);
});
root.addEventListener("input", ({ target, isComposing }) => {
  const path = pathOf(target);
  if (path && !isComposing) write(path, target.value);
});
root.addEventListener("compositionend", ({ target }) => {
  const path = pathOf(target);
  if (path) write(path, target.value);
});
root.addEventListener("change", ({ target }) => {
  const path = pathOf(target);
  if (path) write(path, target.value, { now: true });
});
root.addEventListener("focusout", ({ target }) => {
  const path = pathOf(target);
  if (!path) return;
  if (before && before.path === path) {
    undo.cells([{ path, before: before.value, after: model.get(path) }]);
    before = null;
  }
  document.documentElement.classList.remove("is-typing");
  runSoon();
  if (queue.pending.length) queue.soon(0);
});
root.addEventListener("submit", (event) => {
  const op = event.submitter && event.submitter.value;
  if (event.submitter && event.submitter.closest(".query-reply")) return;
  if (!op || op === "save") {
    event.preventDefault();
    queue.flush();
  }
});

/* ---- submitting ------------------------------------------------------------------------------ */

listenToTake({ model, undo, apply, go });
listenToSubmit({ queue, url: data.urls.submit, refuse: () => toast(texts.submit_unsaved), go });
document.getElementById("undo-button").addEventListener("click", takeBack);
document.querySelectorAll("[data-finding-step]").forEach((button) =>
  button.addEventListener("click", () => nextFinding(Number(button.dataset.findingStep))),
);
document.querySelectorAll("[data-print]").forEach((button) => button.addEventListener("click", () => window.print()));
document.querySelectorAll("[data-help]").forEach((button) => button.addEventListener("click", acts.help));
document.querySelectorAll("dialog [data-close]").forEach((button) =>
  button.addEventListener("click", () => closeDialog(button.closest("dialog"))),
);
document.querySelectorAll("[data-retry]").forEach((button) =>
  button.addEventListener("click", () => {
    if (queue.blocked && queue.blocked.code === "save_conflict") queue.look({ force: true });
    queue.unblock();
  }),
);
window.addEventListener("beforeunload", (event) => {
  if (queue.waiting && queue.blocked) event.preventDefault();
});

/* ---- start ----------------------------------------------------------------------------------- */

async function start() {
  document.documentElement.classList.add("has-grid");
  root.querySelectorAll("input[data-list]").forEach((input) => combobox.prepare(input));
  findings.render();
  progress(data.progress);
  status.show();
  const restored = await queue.open();
  for (const change of restored) restore(change);
  if (restored.length) {
    toast(fill(texts.restored, { n: restored.length }));
    queue.soon(0);
  }
  await loadRules().catch((error) => console.error(error));
  const landing = data.landing && model.cell(data.landing);
  if (landing && !window.location.hash) go(data.landing);
  queue.look();
  document.documentElement.dataset.grid = "ready";
}

/** Show again what a closed or killed page had not saved. */
function restore(change) {
  if (change.op === "set") {
    model.set(change.cell, change.value);
    model.show(change.cell, change.value);
    stateOf(change.cell, queue.isUnsaved(change.cell) ? "pending" : "saved");
  } else if (change.op === "add_row" && !model.rows[change.group].includes(change.row)) {
    const at = change.after === null ? model.rows[change.group].length : model.rows[change.group].indexOf(change.after) + 1;
    model.rows[change.group].splice(at, 0, change.row);
    rows.draw(change.group, change.row, at);
  } else if (change.op === "remove_row" && model.rows[change.group].includes(change.row)) {
    model.rows[change.group] = model.rows[change.group].filter((row) => row !== change.row);
    rows.erase(change.group, change.row);
  }
}

start();
