/* How a derived value came about, in a dialog over the form. Alt+K in its cell opens it, too.
 * Without this module the mark in the cell is a link to a page. */
const dialog = document.createElement("dialog");
dialog.className = "basis-dialog";
dialog.setAttribute("aria-labelledby", "basis-title");
document.body.append(dialog);

async function open(link) {
  const answer = await fetch(`${link.href}&part=1`, { headers: { Accept: "text/html" } });
  if (!answer.ok) {
    window.location.assign(link.href);
    return;
  }
  dialog.innerHTML = await answer.text();
  dialog.showModal();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-basis]");
  if (link) {
    event.preventDefault();
    open(link);
  } else if (event.target === dialog || event.target.closest(".basis-dialog [data-close], [data-take-value]")) {
    dialog.close();
  }
});

document.addEventListener("keydown", (event) => {
  if (!event.altKey || event.key.toLowerCase() !== "k") return;
  const td = document.activeElement.closest && document.activeElement.closest("td[data-cell]");
  const link = td && td.querySelector("a[data-basis]");
  if (!link) return;
  event.preventDefault();
  open(link);
});

// A value that is still on its way to the server belongs to the inputs: wait for it.
document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-after-saving]");
  const state = document.getElementById("save-state");
  if (!form || !state || state.dataset.state === "saved") return;
  event.preventDefault();
  const wait = () => {
    if (state.dataset.state === "saved") form.submit();
    else setTimeout(wait, 100);
  };
  wait();
});
