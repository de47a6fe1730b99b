/* Copies what a button holds. The portal may run without https, where the clipboard API is missing. */
function byHand(text) {
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  return copied;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  if (!button) return;
  const text = button.dataset.copy;
  let copied = false;
  try {
    await navigator.clipboard.writeText(text);
    copied = true;
  } catch (error) {
    copied = byHand(text);
  }
  const note = button.parentElement.querySelector("[data-copied]");
  if (copied && note) note.hidden = false;
  button.focus();
});
