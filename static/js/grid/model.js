/* The form on the page: cells by path, their values, the rows of repeat groups. */

import { normalise } from "../evaluation/values.js";
import { fill } from "./dom.js";

/** A path's parts: group and row are blank for a plain item. */
export function split(path) {
  const parts = path.split("/");
  return parts.length === 3
    ? { group: parts[0], row: parts[1], slug: parts[2] }
    : { group: "", row: "", slug: path };
}

export class FormModel {
  constructor(root, data) {
    this.root = root;
    this.texts = data.texts;
    this.items = data.items;
    this.groups = data.groups;
    this.rows = JSON.parse(JSON.stringify(data.answers.rows));
    for (const group of Object.keys(this.groups)) this.rows[group] = this.rows[group] || [];
    this.values = new Map(Object.entries(data.answers.values));
    this.cells = new Map();
    this.collect();
  }

  /** Find the cells again after rows have come or gone. */
  collect() {
    this.cells.clear();
    for (const td of this.root.querySelectorAll("td[data-cell]")) this.cells.set(td.dataset.cell, td);
  }

  cell(path) {
    return this.cells.get(path);
  }

  control(path) {
    const td = this.cells.get(path);
    return td && td.querySelector(".cell-control > input, .cell-control > select");
  }

  item(path) {
    return this.items[split(path).slug];
  }

  get(path) {
    return this.values.get(path) || "";
  }

  /** Take over a value; blank removes it. */
  set(path, value) {
    if (value === "") this.values.delete(path);
    else this.values.set(path, value);
  }

  /** Write a value into its control. */
  show(path, value) {
    const control = this.control(path);
    if (!control) return;
    if (control.tagName === "SELECT" && ![...control.options].some((o) => o.value === value)) {
      control.add(new Option(value, value));
    }
    if (control.value !== value) control.value = value;
  }

  /** The plain answers, as rules see them. */
  answers() {
    const values = {};
    for (const [path, raw] of this.values) {
      const value = normalise(raw);
      const { group, row } = split(path);
      if (value !== "" && (!group || (this.rows[group] || []).includes(row))) values[path] = value;
    }
    return { values, rows: this.rows };
  }

  /** The values of one row, by slug. */
  rowValues(group, row) {
    const prefix = `${group}/${row}/`;
    const found = {};
    for (const [path, value] of this.values) {
      if (path.startsWith(prefix)) found[path.slice(prefix.length)] = value;
    }
    return found;
  }

  /** What a person calls the cell: 10 年运行小时（设施 2）. */
  name(path) {
    const { group, row, slug } = split(path);
    const item = this.items[slug];
    if (!item) return path;
    const name = `${item.code} ${item.label}`;
    const number = group ? this.rows[group].indexOf(row) + 1 : 0;
    if (!number) return name;
    return fill(this.texts.item_in_row, { item: name, row: this.groups[group].row_label, number });
  }
}
