/**
 * Checks answers in the browser: the same findings as `instruments/evaluation` on the server.
 *
 * `module` is the generated module of a form: `definition`, `rules` and `sentences`.
 * Answers are plain: `{values: {path: raw}, rows: {group: [row id, …]}}`.
 * Context: `{forms, owed, register, codelists, params, codelists_unavailable}`; a code list is an
 * array or a Set of codes, and one named in `codelists_unavailable` is not checked here.
 * No code is made from text, so that a strict Content-Security-Policy holds.
 */

import { BLANK, asSet, at, listFault, read } from "./evaluation/values.js";

export { normalise, read } from "./evaluation/values.js";

/* ---- record: instruments/evaluation/record.py ---- */

function loadRow(id, items, values, pathOf, malformed) {
  const row = { id, values: Object.create(null), readings: Object.create(null), malformed: new Set() };
  for (const item of items) {
    const found = read(item, at(values, pathOf(item.slug)));
    row.readings[item.slug] = found;
    row.values[item.slug] = found.value;
    if (found.value === null && found.fault) {
      row.malformed.add(item.slug);
      malformed(item.slug);
    }
  }
  return row;
}

function loadForm(form, answers, record, prefix) {
  const values = (answers && answers.values) || {};
  const rows = (answers && answers.rows) || {};
  const spoil = (group) => (slug) => record.malformed.add(prefix + group + slug);
  const top = loadRow("", form.items.filter((item) => !item.group), values, (slug) => slug, spoil(""));
  for (const slug of Object.keys(top.values)) record.values[prefix + slug] = top.values[slug];
  for (const group of form.groups) {
    const items = form.items.filter((item) => item.group === group.slug);
    const loaded = (at(rows, group.slug) || []).map((id) =>
      loadRow(id, items, values, (slug) => `${group.slug}/${id}/${slug}`, spoil(`${group.slug}.`)),
    );
    record.values[`rows:${prefix}${group.slug}`] = loaded.map((row) => row.values);
    if (!prefix) record.rows[group.slug] = loaded;
  }
  return top;
}

function factOf(fact, context) {
  if (fact.source === "register") return at(context.register, fact.slug) || null;
  if (fact.source === "owes") return [...(context.owed || [])].includes(fact.form);
  if (fact.source === "filled") {
    const answers = at(context.forms, fact.form);
    return Object.values((answers && answers.values) || {}).some(Boolean);
  }
  const value = at(context.params, fact.slug);
  return value === undefined || value === null ? null : Number(value);
}

function load(definition, answers, context) {
  const record = { values: Object.create(null), rows: Object.create(null), malformed: new Set(), top: null };
  record.top = loadForm(definition, answers, record, "");
  for (const form of definition.foreign) loadForm(form, at(context.forms, form.form), record, `${form.form}.`);
  for (const fact of definition.facts) record.values[fact.key] = factOf(fact, context);
  return record;
}

/* ---- checks: instruments/evaluation/checks.py ---- */

class FailedToRun extends Error {}

function judge(condition, record, row) {
  if (!condition.judge) throw new FailedToRun();
  if (record.malformed.size && condition.keys.some((key) => record.malformed.has(key))) return null;
  if (row.malformed.size && condition.rowSlugs.some((slug) => row.malformed.has(slug))) return null;
  try {
    return condition.judge(record.values, row.values);
  } catch (error) {
    throw new FailedToRun(String(error));
  }
}

function orFailed(work, failed) {
  try {
    return work();
  } catch (error) {
    if (error instanceof FailedToRun) return failed();
    throw error;
  }
}

function sentence(module, code, label, args) {
  const fill = (template, name) =>
    template.replace(/\{([a-z]+)\}/g, (_, key) => (key === "label" ? name : String(args[key])));
  const [zh, en] = module.sentences[code];
  return { zh: fill(zh, label.zh || ""), en: fill(en, label.en || label.zh || "") };
}

const pathIn = (item, row) => (item.group ? `${item.group}/${row.id}/${item.slug}` : item.slug);
const placesOf = (item, record) => (item.group ? record.rows[item.group] || [] : [record.top]);

function stateOf(item, record, row) {
  const applies = item.applies === null ? true : judge(item.applies, record, row);
  if (applies !== true) return { applies, required: false };
  const required = typeof item.required === "boolean" ? item.required : judge(item.required, record, row) === true;
  return { applies, required };
}

function itemFindings(module, item, record, context) {
  const findings = [];
  for (const row of placesOf(item, record)) {
    const found = row.readings[item.slug];
    const add = (suffix, kind, code, args = {}) =>
      findings.push({
        rule_id: `${item.prefix}-${suffix}`,
        kind,
        severity: "hard",
        message: sentence(module, code, item.label, args),
        cells: [pathIn(item, row)],
        row: row.id,
      });
    if (found.fault) add("type", "type", found.fault.code, found.fault.args);
    else if (item.codelist !== null && found !== BLANK) checkList(item, found, context, add);
    if (found !== BLANK && item.applies === null) continue;
    const state = orFailed(
      () => stateOf(item, record, row),
      () => null,
    );
    if (state === null) add("applies", "failed_to_run", "failed_to_run", { rule: `${item.prefix}-applies` });
    else if (found === BLANK && state.required) add("required", "required", item.isNumber ? "required" : "required_text");
    else if (found !== BLANK && state.applies === false) add("applies", "not_applicable", "not_applicable");
  }
  return findings;
}

function checkList(item, found, context, add) {
  if ([...(context.codelists_unavailable || [])].includes(item.codelist)) return;
  const codes = at(context.codelists, item.codelist);
  if (!codes) {
    add("list", "failed_to_run", "list_missing", { codelist: item.codelist });
    return;
  }
  const fault = listFault(found, asSet(codes));
  if (fault) add("list", "list", fault.code, fault.args);
}

function groupFindings(module, group, record) {
  const found = record.rows[group.slug].length;
  const finding = (kind, code, allowed) => {
    const message = sentence(module, code, group.label, { allowed, found });
    return [{ rule_id: `${group.prefix}-rows`, kind, severity: "hard", message, cells: [], row: "" }];
  };
  if (found < group.min) return finding("required", "too_few_rows", group.min);
  if (group.max !== null && found > group.max) return finding("type", "too_many_rows", group.max);
  return [];
}

function ruleFindings(module, rule, record) {
  const findings = [];
  for (const row of rule.each ? record.rows[rule.each] || [] : [record.top]) {
    const add = (kind, severity, message) =>
      findings.push({ rule_id: rule.id, kind, severity, message, cells: cellsOf(rule, record, row), row: row.id });
    const outcome = orFailed(
      () => judge(rule.condition, record, row),
      () => "failed",
    );
    if (outcome === false) add("rule", rule.severity, rule.message);
    if (outcome === "failed") {
      add("failed_to_run", "hard", sentence(module, "failed_to_run", {}, { rule: rule.id }));
    }
  }
  return findings;
}

function cellsOf(rule, record, row) {
  return rule.cells.flatMap((item) =>
    !item.group || item.group === rule.each
      ? [pathIn(item, row)]
      : (record.rows[item.group] || []).map((other) => pathIn(item, other)),
  );
}

/* ---- engine: instruments/evaluation/engine.py ---- */

const COMPILED = new WeakMap();

/** The checks of a form in the order of their findings, and which of them read a value. */
function compiled(module) {
  if (COMPILED.has(module.definition)) return COMPILED.get(module.definition);
  const { items, groups } = module.definition;
  const kinds = ["type", "list", "required", "applies"];
  const checks = [
    ...items.map((item) => ({
      reads: item.reads,
      ids: kinds.map((kind) => `${item.prefix}-${kind}`),
      run: (record, context) => itemFindings(module, item, record, context),
    })),
    ...groups.map((group) => ({
      reads: [`rows:${group.slug}`],
      ids: [`${group.prefix}-rows`],
      run: (record) => groupFindings(module, group, record),
    })),
    ...module.rules.map((rule) => ({
      reads: rule.reads,
      ids: [rule.id],
      run: (record) => ruleFindings(module, rule, record),
    })),
  ];
  const readers = new Map();
  const numbers = new Map();
  checks.forEach((check, number) => {
    for (const key of check.reads) readers.set(key, [...(readers.get(key) || []), number]);
    for (const id of check.ids) numbers.set(id, number);
  });
  COMPILED.set(module.definition, { checks, readers, numbers });
  return COMPILED.get(module.definition);
}

function keysOf({ items, groups }, path) {
  const parts = path.split("/");
  const slug = parts[parts.length - 1];
  if (parts.length > 1 && items.some((item) => item.slug === slug)) return [`${parts[0]}.${slug}`];
  if (!groups.some((group) => group.slug === parts[0])) return [path];
  const columns = items.filter((item) => item.group === parts[0]);
  return [`rows:${parts[0]}`, ...columns.map((item) => `${parts[0]}.${item.slug}`)];
}

function touched(module, changed) {
  const { readers } = compiled(module);
  const found = new Set();
  for (const path of changed) {
    for (const key of keysOf(module.definition, path)) {
      for (const number of readers.get(key) || []) found.add(number);
    }
  }
  return [...found].sort((a, b) => a - b);
}

/**
 * Everything that is wrong, in the order of the form. With `changed` (cells, `group/row` or
 * groups) only the checks that read these run; with `previous`, the findings from before the
 * change, the answer is complete again.
 */
export function evaluate(module, answers, context, changed = null, previous = null) {
  const { checks, numbers } = compiled(module);
  const running = changed === null ? checks.map((_, number) => number) : touched(module, changed);
  const record = load(module.definition, answers, context);
  const found = new Map(running.map((number) => [number, checks[number].run(record, context)]));
  if (changed !== null && previous !== null) {
    const ran = new Set(running);
    for (const finding of previous) {
      const number = numbers.get(finding.rule_id);
      if (number === undefined || ran.has(number)) continue;
      if (!found.has(number)) found.set(number, []);
      found.get(number).push(finding);
    }
  }
  return [...found.keys()].sort((a, b) => a - b).flatMap((number) => found.get(number));
}

/** By cell, `{applies, required}`; a condition that failed to run leaves its cell out. */
export function itemStates(module, answers, context) {
  const record = load(module.definition, answers, context);
  const states = {};
  for (const item of module.definition.items) {
    for (const row of placesOf(item, record)) {
      const state = orFailed(
        () => stateOf(item, record, row),
        () => null,
      );
      if (state !== null) states[pathIn(item, row)] = state;
    }
  }
  return states;
}

/** One rule by rows, as `instruments/evaluation/trial.py`: outcome true, false or null. */
export function ruleOutcomes(module, id, answers, context) {
  const rule = module.rules.find((one) => one.id === id);
  const record = load(module.definition, answers, context);
  const rows = rule.each ? record.rows[rule.each] || [] : [record.top];
  return rows.map((row) =>
    orFailed(
      () => ({ row: row.id, outcome: judge(rule.condition, record, row), is_failed: false }),
      () => ({ row: row.id, outcome: null, is_failed: true }),
    ),
  );
}
