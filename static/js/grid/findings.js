/* Findings: beside their cell, in the list at the side, counted by section.
 *
 * The rules run here on every change, so that an answer is judged at once; the server judges
 * again with every save, and its word replaces ours.
 */
import { fill, make } from "./dom.js";
import { split } from "./model.js";

const REQUIRED = "required";

/** The shape used here, from the server's or the rules module's. */
function tidy(finding, language) {
  const { message } = finding;
  return {
    id: finding.id || null,
    rule: finding.rule || finding.rule_id,
    kind: finding.kind,
    severity: finding.severity,
    row: finding.row || "",
    cells: finding.cells || [],
    message: typeof message === "string" ? message : message[language] || message.zh,
    explanation: finding.explanation || "",
    waivedUntil: finding.waived_until || "",
  };
}

/** One finding is the same as another when rule and row (or cell) are. */
export function keyOf(finding) {
  return `${finding.rule}|${finding.row || (finding.kind === "rule" ? "" : finding.cells[0])}`;
}

export class Findings {
  constructor({ model, data, evaluate, states, rules, explain, jump }) {
    Object.assign(this, { model, data, evaluate, states, rules, explain, jump });
    this.texts = data.texts;
    this.side = document.getElementById("finding-list");
    this.current = [];
    this.entries = new Map();
    this.context = { ...data.context, codelists: {} };
    this.byServer(data.findings);
  }

  /** The server's findings replace everything. */
  byServer(list) {
    this.known = new Map();
    this.current = list.map((finding) => tidy(finding, this.data.language));
    for (const finding of this.current) this.known.set(keyOf(finding), finding);
    this.order();
  }

  /** Judge the answers as they are now. */
  run() {
    if (!this.rules) return;
    let found;
    try {
      found = this.evaluate(this.rules, this.model.answers(), this.context, null);
    } catch (error) {
      console.error(error);
      return;
    }
    this.current = found.map((finding) => {
      const plain = tidy(finding, this.data.language);
      const known = this.known.get(keyOf(plain));
      return known ? { ...plain, id: known.id, explanation: known.explanation, waivedUntil: known.waivedUntil } : plain;
    });
    this.order();
    this.render();
    this.renderApplicability();
  }

  order() {
    const rank = (finding) =>
      ({ [REQUIRED]: 3, hard: 0, explained: 2, soft: 1 })[colour(finding)];
    const place = new Map([...this.model.cells.keys()].map((path, index) => [path, index]));
    const position = (finding) => place.get(finding.cells[0]) ?? 1e6;
    this.current.sort((a, b) => rank(a) - rank(b) || position(a) - position(b));
  }

  get problems() {
    return this.current.filter((finding) => finding.kind !== REQUIRED);
  }

  get hard() {
    return this.problems.filter((finding) => colour(finding) === "hard");
  }

  get open() {
    return this.problems.filter((finding) => colour(finding) === "soft");
  }

  get explained() {
    return this.problems.filter((finding) => colour(finding) === "explained");
  }

  get missing() {
    return this.current.filter((finding) => finding.kind === REQUIRED);
  }

  /** Shade the cells whose condition does not hold; they can still be typed into and cleared. */
  renderApplicability() {
    const states = this.states(this.rules, this.model.answers(), this.context);
    for (const [path, td] of this.model.cells) {
      td.classList.toggle("is-off", states[path]?.applies === false);
    }
  }

  /** Draw everything that depends on findings. */
  render() {
    this.renderCells();
    this.renderList();
    this.renderSections();
  }

  renderCells() {
    const byCell = new Map();
    for (const finding of this.current) {
      for (const cell of finding.cells) {
        if (!byCell.has(cell)) byCell.set(cell, []);
        byCell.get(cell).push(finding);
      }
    }
    for (const [path, td] of this.model.cells) this.renderCell(path, td, byCell.get(path) || []);
  }

  renderCell(path, td, findings) {
    const signature = findings.map((f) => `${f.rule}${f.severity}${f.message}${f.explanation}${f.waivedUntil}`).join("¦");
    if (td.dataset.findings === signature) return;
    td.dataset.findings = signature;
    const kinds = new Set(findings.map(colour));
    const worst = ["hard", "soft", "explained", "required"].find((kind) => kinds.has(kind));
    td.classList.remove("has-hard", "has-soft", "has-explained", "has-required");
    if (worst) td.classList.add(`has-${worst}`);
    const notes = td.querySelector(".cell-notes");
    notes.textContent = "";
    for (const finding of findings) notes.append(this.note(finding, path));
    const control = this.model.control(path);
    if (!control) return;
    toggle(control, "aria-invalid", kinds.has("hard") ? "true" : null);
    toggle(control, "aria-describedby", findings.length ? notes.id : null);
  }

  /** In words at the first cell of the finding; its other cells refer to that one. */
  note(finding, path) {
    const kind = colour(finding);
    if (kind === REQUIRED) return make("span", "note note-required", {}, this.texts.required);
    if (finding.cells[0] !== path) {
      const { code } = this.model.item(finding.cells[0]) || { code: "" };
      return make("span", `note note-${kind}`, {}, make("b", "", {}, this.named(finding)), ` ${fill(this.texts.see_item, { code })}`);
    }
    const note = make("span", `note note-${kind}`, { title: finding.message }, make("b", "", {}, this.named(finding)), ` ${finding.message}`);
    if (finding.explanation) {
      note.append(make("span", "explanation", {}, fill(this.texts.explained_as, { text: finding.explanation })));
    }
    return note;
  }

  /** The kind in words: a waived finding is set aside, not explained. */
  named(finding) {
    return finding.waivedUntil ? this.texts.waived : this.texts[colour(finding)];
  }

  renderList() {
    if (!this.side) return;
    const used = new Set();
    this.side.textContent = "";
    this.group("hard", this.hard, used);
    this.group("soft", this.open, used);
    this.group("explained", this.explained, used);
    this.group(REQUIRED, this.missing, used);
    for (const key of [...this.entries.keys()]) if (!used.has(key)) this.entries.delete(key);
    if (!this.current.length) this.side.append(make("p", "no-findings", {}, this.texts.no_findings));
  }

  group(kind, findings, used) {
    if (!findings.length) return;
    const isFolded = kind === REQUIRED || kind === "explained";
    const list = make("ol", "findings");
    for (const finding of findings) {
      const key = keyOf(finding);
      used.add(key);
      list.append(this.entry(key, finding, kind));
    }
    const title = [make("span", `finding-kind kind-${kind}`, {}, this.texts[`${kind}_title`]), ` ${findings.length}`];
    if (!isFolded) {
      this.side.append(make("h3", "finding-head", {}, ...title), list);
      return;
    }
    const fold = make("details", "finding-fold", { open: this.unfolded === kind }, make("summary", "finding-head", {}, ...title), list);
    fold.addEventListener("toggle", () => {
      if (fold.open) this.unfolded = kind;
      else if (this.unfolded === kind) this.unfolded = "";
    });
    this.side.append(fold);
  }

  /** An entry of the list; kept while its finding stands, so that a half-written explanation stays. */
  entry(key, finding, kind) {
    const signature = `${kind}¦${finding.message}¦${finding.explanation}¦${finding.waivedUntil}`;
    const old = this.entries.get(key);
    if (old && old.signature === signature) return old.element;
    const place = finding.cells.slice(0, 3).map((cell) => this.model.name(cell)).join(this.texts.separator);
    const element = make("li", `finding finding-${kind}`, { "data-key": key });
    const jump = make("button", "finding-jump", { type: "button", onclick: () => this.jump(finding) });
    if (kind !== REQUIRED) jump.append(make("span", "finding-message", {}, finding.message));
    jump.append(make("span", "finding-place", {}, place));
    element.append(jump);
    if (finding.explanation) element.append(make("p", "explanation", {}, fill(this.texts.explained_as, { text: finding.explanation })));
    if (finding.waivedUntil) element.append(make("p", "explanation", {}, fill(this.texts.waived_until, { day: finding.waivedUntil })));
    else if (kind === "soft" || kind === "explained") element.append(this.explainBox(finding, kind));
    if (!finding.waivedUntil && finding.kind === "rule" && this.data.waiver_url) {
      const address = `${this.data.waiver_url}?rule=${encodeURIComponent(finding.rule)}`;
      element.append(make("a", "finding-waive", { href: address }, this.texts.ask_waiver));
    }
    this.entries.set(key, { signature, element });
    return element;
  }

  /** Show in the list what is the matter with the cell the cursor is in. */
  pointOut(path) {
    let first = null;
    for (const finding of this.current) {
      const entry = this.entries.get(keyOf(finding));
      if (!entry) continue;
      const isHere = finding.cells.includes(path);
      entry.element.classList.toggle("is-here", isHere);
      if (isHere && finding.kind !== REQUIRED) first = first || entry.element;
    }
    const panel = this.side && this.side.closest(".side-findings");
    if (first && panel) panel.scrollTop = first.offsetTop - panel.offsetTop - 40;
  }

  explainBox(finding, kind) {
    const text = make("textarea", "", { rows: 2, "aria-label": fill(this.texts.explain_label, { message: finding.message }), maxlength: 1000 });
    const fault = make("p", "field-error", { role: "alert", hidden: true });
    const button = make("button", "button button-small", { type: "button" }, this.texts.explain);
    button.addEventListener("click", async () => {
      button.disabled = true;
      const sentence = await this.explain(keyOf(finding), text.value);
      button.disabled = false;
      fault.hidden = !sentence;
      fault.textContent = sentence || "";
      if (sentence) text.focus();
    });
    const box = make("div", "explain", {}, text, fault, button);
    if (kind === "soft") return box;
    return make("details", "", {}, make("summary", "", {}, this.texts.explain_again), box);
  }

  /** The server has stored an explanation. */
  take(key, explanation) {
    for (const finding of [...this.current, ...this.known.values()]) {
      if (keyOf(finding) === key) finding.explanation = explanation;
    }
    this.order();
    this.render();
  }

  idOf(key) {
    const known = this.known.get(key);
    return known ? known.id : null;
  }

  renderSections() {
    for (const section of this.data.sections) this.renderSection(section);
  }

  renderSection(section) {
    const slugs = new Set(section.items);
    const inside = (path) => slugs.has(split(path).slug);
    let filled = 0;
    for (const [path, value] of this.model.values) if (value && this.model.cells.has(path) && inside(path)) filled += 1;
    const count = (list) => list.filter((finding) => finding.cells.some(inside)).length;
    const numbers = { filled, missing: count(this.missing), hard: count(this.hard), soft: count(this.open) };
    for (const state of document.querySelectorAll(`[data-state-of="${section.id}"]`)) {
      for (const [name, number] of Object.entries(numbers)) {
        const figure = state.querySelector(`[data-count="${name}"]`);
        if (!figure) continue;
        figure.textContent = String(number);
        figure.closest(".count").hidden = name !== "filled" && !number;
      }
      const mood = numbers.hard ? "hard" : numbers.missing || numbers.soft ? "soft" : filled ? "good" : "off";
      state.dataset.mood = mood;
      const line = state.closest("[data-nav-of]");
      if (line) line.dataset.mood = mood;
    }
  }
}

function colour(finding) {
  if (finding.kind === REQUIRED) return REQUIRED;
  if (finding.waivedUntil) return "explained";
  if (finding.severity === "hard") return "hard";
  return finding.explanation ? "explained" : "soft";
}

function toggle(element, name, value) {
  if (value === null) element.removeAttribute(name);
  else element.setAttribute(name, value);
}
