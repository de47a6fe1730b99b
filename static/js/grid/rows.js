/* Adding, copying and removing the repeats of a group, as columns or as rows of its table. */
import { newRowId } from "./changes.js";

const PLACEHOLDER = "rowid000";

export class Rows {
  constructor(model, queue, prepare) {
    Object.assign(this, { model, queue, prepare });
  }

  section(group) {
    return this.model.root.querySelector(`[data-group="${group}"].form-group`);
  }

  isFull(group) {
    return this.model.rows[group].length >= this.model.groups[group].max;
  }

  /** A new repeat after another, or at the end. Returns its id. */
  add(group, { after = null, row = newRowId(), values = {} } = {}) {
    const rows = this.model.rows[group];
    const place = after === null ? rows.length : rows.indexOf(after) + 1;
    rows.splice(place, 0, row);
    this.queue.add({ op: "add_row", group, row, after }, { now: true });
    this.draw(group, row, place);
    for (const [slug, value] of Object.entries(values)) {
      const path = `${group}/${row}/${slug}`;
      this.model.set(path, value);
      this.model.show(path, value);
      this.queue.add({ op: "set", cell: path, value });
    }
    return row;
  }

  /** Take a repeat out; returns what is needed to bring it back. */
  remove(group, row) {
    const rows = this.model.rows[group];
    const place = rows.indexOf(row);
    const kept = { group, row, after: place ? rows[place - 1] : null, values: this.model.rowValues(group, row) };
    const wasSaved = !this.queue.pending.some((change) => change.op === "add_row" && change.row === row);
    rows.splice(place, 1);
    for (const slug of Object.keys(kept.values)) this.model.set(`${group}/${row}/${slug}`, "");
    this.queue.add({ op: "remove_row", group, row, wasSaved }, { now: true });
    this.erase(group, row);
    return kept;
  }

  /** Make the page's rows those of the server (another person added or removed some). */
  follow(serverRows) {
    for (const [group, rows] of Object.entries(serverRows)) {
      if (!this.section(group)) continue;
      const mine = this.model.rows[group];
      if (this.queue.waiting || rows.join() === mine.join()) continue;
      for (const row of mine.filter((id) => !rows.includes(id))) {
        this.model.rows[group] = this.model.rows[group].filter((id) => id !== row);
        this.erase(group, row);
      }
      rows.forEach((row, place) => {
        if (this.model.rows[group].includes(row)) return;
        this.model.rows[group].splice(place, 0, row);
        this.draw(group, row, place);
      });
    }
  }

  draw(group, row, place) {
    const section = this.section(group);
    const template = section.querySelector("template");
    const line = template.content.querySelector("tr").cloneNode(true);
    for (const element of [line, ...line.querySelectorAll("*")]) {
      for (const attribute of [...element.attributes]) {
        if (attribute.value.includes(PLACEHOLDER)) {
          element.setAttribute(attribute.name, attribute.value.split(PLACEHOLDER).join(row));
        }
      }
    }
    const parts = [...line.children];
    if (section.dataset.layout === "rows") this.drawRow(section, line, row, place);
    else this.drawColumn(section, parts, place);
    this.settle(group);
    for (const part of parts) this.prepare(part);
  }

  drawRow(section, line, row, place) {
    const body = section.querySelector("tbody");
    line.dataset.row = row;
    line.firstElementChild.scope = "row";
    body.insertBefore(line, body.rows[place] || null);
  }

  drawColumn(section, [head, ...cells], place) {
    const headLine = section.querySelector("thead tr");
    headLine.insertBefore(head, headLine.querySelectorAll(".col-head")[place] || null);
    for (const cell of cells) {
      const slug = cell.dataset.cell.split("/")[2];
      const line = section.querySelector(`tr[data-line="${slug}"]`);
      line.insertBefore(cell, line.querySelectorAll("td[data-cell]")[place] || null);
    }
  }

  erase(group, row) {
    for (const element of this.section(group).querySelectorAll(`table [data-row="${row}"]`)) element.remove();
    this.settle(group);
  }

  /** Numbers, spans and buttons after a repeat has come or gone. */
  settle(group) {
    const section = this.section(group);
    const label = this.model.groups[group].row_label;
    [...section.querySelectorAll(".entry-scroll .col-head .head-label")].forEach((head, index) => {
      head.textContent = `${label} ${index + 1}`;
    });
    for (const cell of section.querySelectorAll(".subhead th")) cell.colSpan = this.model.rows[group].length + 3;
    const empty = section.querySelector(".group-empty");
    if (empty) empty.hidden = this.model.rows[group].length > 0;
    const add = section.querySelector('[data-act="add"]');
    if (add) add.disabled = this.isFull(group);
    this.model.collect();
  }
}
