/* What can be taken back on this page: typed values, pasted blocks, removed and added repeats. */

export class Undo {
  constructor({ apply, rows, button }) {
    Object.assign(this, { apply, rows, button });
    this.stack = [];
    this.refresh();
  }

  /** Cells that changed together: [{path, before, after}]. */
  cells(changes) {
    const real = changes.filter((change) => change.before !== change.after);
    if (real.length) this.push({ cells: real });
  }

  push(entry) {
    this.stack.push(entry);
    if (this.stack.length > 200) this.stack.shift();
    this.refresh();
  }

  /** Take the last act back; returns the first cell concerned. */
  back() {
    const entry = this.stack.pop();
    this.refresh();
    if (!entry) return null;
    if (entry.removed) {
      const { group, row, after, values } = entry.removed;
      this.rows.add(group, { row, after, values });
      return `${group}/${row}/${Object.keys(values)[0] || ""}`;
    }
    if (entry.added) {
      this.rows.remove(entry.added.group, entry.added.row);
      return null;
    }
    for (const { path, before } of entry.cells) this.apply(path, before);
    return entry.cells[0].path;
  }

  refresh() {
    if (this.button) this.button.disabled = !this.stack.length;
  }
}
