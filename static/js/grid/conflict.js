/* Two people changed the same cells: both values side by side, the person chooses for each. */
import { closeDialog, make, openDialog } from "./dom.js";

function moment(at) {
  if (!at) return "";
  const when = new Date(at);
  return Number.isNaN(when.getTime()) ? "" : when.toLocaleString(document.documentElement.lang, { hour12: false });
}

/** Ask; calls `settle` with the cells where theirs stays. */
export function askConflict({ conflicts, model, texts, settle }) {
  const dialog = document.getElementById("conflict-dialog");
  const body = dialog.querySelector("tbody");
  body.textContent = "";
  conflicts.forEach((conflict, index) => body.append(line(conflict, index, model, texts)));
  const form = dialog.querySelector("form");
  form.onsubmit = (event) => {
    event.preventDefault();
    const theirs = conflicts
      .filter((conflict, index) => form.elements[`choice-${index}`].value === "theirs")
      .map((conflict) => conflict.cell);
    closeDialog(dialog);
    settle(theirs);
  };
  dialog.oncancel = (event) => event.preventDefault();
  openDialog(dialog);
}

function line({ cell, yours, theirs, by, at }, index, model, texts) {
  const choice = (who, value, note) => {
    const input = make("input", "", { type: "radio", name: `choice-${index}`, value: who, required: true });
    const text = value === null || value === undefined ? texts.row_removed : value || texts.blank;
    return make("td", "", {}, make("label", "choice", {}, input, make("b", "", {}, ` ${text}`), make("span", "muted", {}, note)));
  };
  return make(
    "tr",
    "",
    {},
    make("th", "", { scope: "row" }, model.name(cell)),
    choice("mine", yours, ""),
    choice("theirs", theirs, [by, moment(at)].filter(Boolean).join(" · ")),
  );
}
