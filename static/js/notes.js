/* The notes beside a form: loaded after the page, written without leaving it, marked in the cells.
 * Alt+C in a cell begins a note about it. Without this module the panel is a link to a page. */
const panel = document.querySelector("[data-notes]");
const address = panel && panel.dataset.notes;

const cellAt = (path) => document.querySelector(`td[data-cell="${CSS.escape(path)}"]`);

function mark() {
  document.querySelectorAll("td.has-note").forEach((td) => td.classList.remove("has-note"));
  for (const thread of panel.querySelectorAll("[data-noted]")) {
    const td = thread.dataset.noted && cellAt(thread.dataset.noted);
    if (td) td.classList.add("has-note");
  }
}

function show(html) {
  panel.innerHTML = html;
  mark();
}

const part = (url) => `${url}${url.includes("?") ? "&" : "?"}part=1`;

async function load() {
  const answer = await fetch(part(address), { headers: { Accept: "text/html" } });
  if (answer.ok) show(await answer.text());
}

function nameOf(path) {
  const label = document.getElementById(`i:${path.split("/").pop()}`);
  const words = label ? [...label.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE) : [];
  return words.map((node) => node.data.trim()).join("") || path;
}

function begin(path) {
  const form = panel.querySelector("[data-new-note]");
  if (!form) return;
  form.elements.cell.value = path;
  form.querySelector("[data-note-place]").textContent = path ? nameOf(path) : panel.dataset.wholeForm;
  form.elements.text.focus();
  form.scrollIntoView({ block: "nearest" });
}

async function send(form) {
  const button = form.querySelector("button:not([type=button])");
  button.disabled = true;
  try {
    const answer = await fetch(part(form.action), { method: "POST", body: new FormData(form) });
    if (answer.headers.get("Content-Type").startsWith("text/html") && answer.status < 500) {
      show(await answer.text());
      return;
    }
  } catch (error) {
    // the network is away: the text stays in its field
  }
  button.disabled = false;
}

if (panel) {
  panel.addEventListener("submit", (event) => {
    event.preventDefault();
    send(event.target);
  });
  panel.addEventListener("click", (event) => {
    const go = event.target.closest("[data-go]");
    const person = event.target.closest("[data-mention]");
    if (go) {
      const td = cellAt(go.dataset.go);
      const control = td && td.querySelector("input, select");
      if (control) {
        event.preventDefault();
        control.focus();
      }
    }
    if (person) {
      const text = person.closest("form").elements.text;
      text.value = `${text.value}${text.value && !/\s$/.test(text.value) ? " " : ""}@${person.dataset.mention} `;
      text.focus();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (!event.altKey || event.key.toLowerCase() !== "c") return;
    const td = document.activeElement.closest && document.activeElement.closest("td[data-cell]");
    event.preventDefault();
    begin(td ? td.dataset.cell : "");
  });
  load();
}
