/* The check before submitting, as a dialog: what stands in the way leads to its cell. */
import { closeDialog, openDialog } from "./dom.js";

/** Listen on every submit link of the page; without a network it is an ordinary link. */
export function listenToSubmit({ queue, url, refuse, go }) {
  const dialog = document.getElementById("submit-dialog");
  const place = dialog.querySelector("[data-place]");

  async function load() {
    const response = await fetch(url, { credentials: "same-origin", headers: { "HX-Request": "true" } });
    if (!response.ok || response.redirected) throw new Error(String(response.status));
    const parsed = new DOMParser().parseFromString(await response.text(), "text/html");
    place.replaceChildren(...parsed.body.childNodes);
    for (const link of place.querySelectorAll("a[data-cell]")) {
      link.addEventListener("click", (event) => {
        event.preventDefault();
        closeDialog(dialog);
        go(link.dataset.cell);
      });
    }
  }

  async function open(event) {
    event.preventDefault();
    await queue.flush();
    if (queue.waiting || queue.blocked) {
      refuse();
      return;
    }
    try {
      await load();
      openDialog(dialog);
    } catch (error) {
      window.location.href = url;
    }
  }

  document.querySelectorAll("[data-open-submit]").forEach((link) => link.addEventListener("click", open));
}
