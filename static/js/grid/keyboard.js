/* Moving by keyboard. The keys are listed in the help dialog of the page. */

function cellsOfLine(line) {
  return [...line.querySelectorAll("td[data-cell]")];
}

function control(td) {
  return td && td.querySelector(".cell-control > input, .cell-control > select");
}

/** Put the cursor into a cell and choose its text. */
export function enter(td) {
  const target = control(td);
  if (!target) return false;
  target.focus();
  if (target.select) target.select();
  td.scrollIntoView({ block: "nearest", inline: "nearest" });
  return true;
}

/** Lines of the table the cell is in, each a list of cells; tables follow each other. */
function linesOf(root) {
  return [...root.querySelectorAll("table.entry > tbody > tr")].map(cellsOfLine).filter((l) => l.length);
}

/** The cell above or below, going on into the next table at the end of one. */
export function vertical(root, td, step) {
  const lines = linesOf(root);
  const index = lines.findIndex((line) => line.includes(td));
  const column = lines[index].indexOf(td);
  const line = lines[index + step];
  return line && line[Math.min(column, line.length - 1)];
}

function horizontal(td, step) {
  const line = cellsOfLine(td.closest("tr"));
  return line[line.indexOf(td) + step];
}

function edgeOfLine(td, step) {
  const line = cellsOfLine(td.closest("tr"));
  return step < 0 ? line[0] : line[line.length - 1];
}

function otherSection(root, td, step) {
  const bodies = [...root.querySelectorAll("table.entry > tbody")].filter((b) => b.querySelector("td[data-cell]"));
  const target = bodies[bodies.indexOf(td.closest("tbody")) + step];
  return target && target.querySelector("td[data-cell]");
}

function caretAtEnd(target, step) {
  if (target.tagName === "SELECT") return true;
  if (target.dataset.inside) return false;
  const { selectionStart, selectionEnd, value } = target;
  if (selectionStart === 0 && selectionEnd === value.length) return true;
  return selectionStart === selectionEnd && selectionStart === (step < 0 ? 0 : value.length);
}

const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -1, ArrowDown: 1 };

/** Where a key leads from a cell; undefined where the key is not ours. */
function destination(root, td, event) {
  const { key, shiftKey, altKey } = event;
  const isControl = event.ctrlKey || event.metaKey;
  if (altKey) return undefined;
  if (key === "Enter" && !isControl) return vertical(root, td, shiftKey ? -1 : 1) || null;
  if (shiftKey) return undefined;
  if (key === "ArrowUp" || key === "ArrowDown") {
    return (isControl ? otherSection(root, td, STEPS[key]) : vertical(root, td, STEPS[key])) || null;
  }
  if ((key === "ArrowLeft" || key === "ArrowRight") && caretAtEnd(event.target, STEPS[key])) {
    return (isControl ? edgeOfLine(td, STEPS[key]) : horizontal(td, STEPS[key])) || null;
  }
  if (isControl && (key === "Home" || key === "End")) {
    const all = root.querySelectorAll("td[data-cell]");
    return key === "Home" ? all[0] : all[all.length - 1];
  }
  return undefined;
}

/** Listen on the form. `acts` are the commands behind the function keys. */
export function listenToKeys(root, acts) {
  root.addEventListener("keydown", (event) => {
    const td = event.target.closest("td[data-cell]");
    // Enter that ends a Chinese input method's word is not ours
    if (event.isComposing || event.keyCode === 229) return;
    if (event.defaultPrevented || !td || !event.target.closest(".cell-control")) return;
    if (inCell(event, td, acts)) {
      event.preventDefault();
      return;
    }
    const next = destination(root, td, event);
    if (next === undefined) return;
    event.preventDefault();
    if (next) enter(next);
    else acts.atTheEdge();
  });
  root.addEventListener("focusout", (event) => {
    if (event.target.dataset) delete event.target.dataset.inside;
  });
  document.addEventListener("keydown", (event) => {
    if (onPage(event, acts)) event.preventDefault();
  });
}

function inCell(event, td, acts) {
  const target = event.target;
  if (event.key === "F2" && target.setSelectionRange) {
    target.dataset.inside = "1";
    target.setSelectionRange(target.value.length, target.value.length);
    return true;
  }
  if ((event.key === "Delete" || event.key === "Backspace") && target.tagName === "SELECT") {
    target.value = "";
    target.dispatchEvent(new Event("change", { bubbles: true }));
    return true;
  }
  if (event.key === "Escape") return acts.restore(td);
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "d") return acts.copyFromBefore(td);
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") return acts.undoFrom(td);
  if (event.altKey && event.key.toLowerCase() === "n") return acts.addRow(td);
  return false;
}

function onPage(event, acts) {
  if (document.querySelector("dialog[open]")) return false;
  const isTyping = event.target.closest && event.target.closest("input, textarea, select");
  if (event.key === "F8") return acts.nextFinding(event.shiftKey ? -1 : 1);
  if (event.key === "F1" || (event.key === "?" && !isTyping)) return acts.help();
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") return acts.saveNow();
  return false;
}
