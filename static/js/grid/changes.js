/* An ordered list of changes not yet sent: later typing in a cell replaces earlier typing. */

/** Add one change to the list, keeping the order of row changes. */
export function addChange(list, change) {
  if (change.op === "set") {
    const same = list.find((other) => other.op === "set" && other.cell === change.cell);
    if (same) same.value = change.value;
    else list.push({ ...change });
    return;
  }
  if (change.op === "remove_row") {
    const prefix = `${change.group}/${change.row}/`;
    const added = list.findIndex((o) => o.op === "add_row" && o.row === change.row);
    dropWhere(list, (other) => other.op === "set" && other.cell.startsWith(prefix));
    if (added >= 0) {
      dropWhere(list, (other) => other.op === "add_row" && other.row === change.row);
      if (!list.some((other) => other.op === "remove_row" && other.row === change.row)) {
        if (!change.wasSaved) return;
      } else return;
    }
  }
  const { wasSaved, ...plain } = change;
  list.push(plain);
}

function dropWhere(list, test) {
  for (let index = list.length - 1; index >= 0; index -= 1) {
    if (test(list[index])) list.splice(index, 1);
  }
}

/** The cells that a list of changes writes. */
export function cellsOf(list) {
  return list.filter((change) => change.op === "set").map((change) => change.cell);
}

/** The value that a list of changes gives to a cell; undefined where it gives none. */
export function valueOf(list, cell) {
  const found = list.find((change) => change.op === "set" && change.cell === cell);
  return found ? found.value : undefined;
}

/** Leave out the changes of these cells. */
export function without(list, cells) {
  return list.filter((change) => change.op !== "set" || !cells.has(change.cell));
}

/** 8 lowercase hexadecimal characters. */
export function newRowId() {
  const bytes = crypto.getRandomValues(new Uint8Array(4));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A random identifier of a save; written out because old browsers lack crypto.randomUUID. */
export function newSaveId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
