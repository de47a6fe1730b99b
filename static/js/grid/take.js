/* The button 取核算值 in the dialog of `basis.js`: the derived value in place of what was entered,
 * taken back as typing is. */

export function listenToTake({ model, undo, apply, go }) {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-take-value]");
    if (!button) return;
    const { takeCell: path, takeValue: value } = button.dataset;
    if (!model.cell(path)) return;
    undo.cells([{ path, before: model.get(path), after: value }]);
    apply(path, value);
    go(path);
  });
}
