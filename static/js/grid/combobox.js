/* Searching long code lists: by code, by any part of the name. Lists are read once and searched
 * in memory. One list box serves every cell. */

const SHOWN = 60;
const lists = new Map();

/** Entries of a code list, each with the text that is searched. */
export function loadList(url) {
  if (!lists.has(url)) {
    const loading = fetch(url, { credentials: "same-origin" })
      .then((response) => {
        if (!response.ok) throw new Error(String(response.status));
        return response.json();
      })
      .then((body) => (Array.isArray(body) ? body : body.entries).map(entryOf));
    loading.catch(() => lists.delete(url));
    lists.set(url, loading);
  }
  return lists.get(url);
}

function entryOf(entry) {
  const [code, label] = Array.isArray(entry) ? entry : [entry.code, entry.label];
  return { code, label, text: `${code} ${label}`.toLowerCase() };
}

/** The entries that match, those whose code or name begins with the text first. */
export function search(entries, typed, limit = SHOWN) {
  const text = typed.normalize("NFKC").trim().toLowerCase();
  if (!text) return entries.slice(0, limit);
  const first = [];
  const second = [];
  for (const entry of entries) {
    const at = entry.text.indexOf(text);
    if (at < 0) continue;
    if (at === 0 || at === entry.code.length + 1) first.push(entry);
    else if (second.length < limit) second.push(entry);
    if (first.length >= limit) break;
  }
  return first.concat(second).slice(0, limit);
}

export class Combobox {
  constructor(root, { urls, texts, isMultiple, choose }) {
    Object.assign(this, { urls, texts, isMultiple, choose });
    this.list = document.createElement("ul");
    this.list.className = "combobox-list";
    this.list.id = "combobox-list";
    this.list.setAttribute("role", "listbox");
    this.list.hidden = true;
    document.body.append(this.list);
    this.input = null;
    this.matches = [];
    this.active = -1;
    root.addEventListener("focusin", (event) => this.whenFocused(event));
    root.addEventListener("focusout", (event) => this.close());
    root.addEventListener("input", (event) => event.target.dataset.list && this.open());
    root.addEventListener("keydown", (event) => this.whenKey(event), true);
    root.addEventListener("click", (event) => event.target.dataset.list && this.open(true));
    this.list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const option = event.target.closest("li[data-index]");
      if (option) this.take(Number(option.dataset.index));
    });
    window.addEventListener("resize", () => this.close());
  }

  /** Give a control its role; lists are fetched when it is first entered. */
  prepare(input) {
    if (input.getAttribute("role")) return;
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", this.list.id);
  }

  whenFocused({ target }) {
    if (!target.dataset.list) return;
    this.input = target;
    loadList(this.urls[target.dataset.list]).catch(() => {});
  }

  /** What is being searched: of several codes the one at the end. */
  get query() {
    const value = this.input.value;
    return this.isMultiple(this.input) ? value.split(/[,，、;；\s]+/).pop() : value;
  }

  async open(isAll = false) {
    const input = this.input;
    if (!input) return;
    let entries;
    try {
      entries = await loadList(this.urls[input.dataset.list]);
    } catch (error) {
      this.say(this.texts.list_unreachable);
      return;
    }
    if (input !== this.input || document.activeElement !== input) return;
    const whole = entries.some((entry) => entry.code === this.query);
    this.matches = search(entries, isAll && whole ? "" : this.query);
    this.active = isAll && whole ? this.matches.findIndex((e) => e.code === this.query) : this.query ? 0 : -1;
    this.render(entries.length);
  }

  render(total) {
    this.list.textContent = "";
    const chosen = new Set(this.input.value.split(/[,，、]/));
    this.matches.forEach((entry, index) => {
      const option = document.createElement("li");
      option.id = `combobox-${index}`;
      option.dataset.index = String(index);
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", String(chosen.has(entry.code)));
      const code = document.createElement("b");
      code.textContent = entry.code;
      option.append(code, ` ${entry.label}`);
      this.list.append(option);
    });
    const isEmpty = !this.matches.length;
    if (isEmpty || (this.matches.length >= SHOWN && SHOWN < total)) {
      const note = document.createElement("li");
      note.className = "combobox-note";
      note.setAttribute("role", "option");
      note.setAttribute("aria-disabled", "true");
      note.textContent = isEmpty ? this.texts.list_no_match : this.texts.list_more.replace("{total}", total);
      this.list.append(note);
    }
    this.place();
    this.mark();
  }

  say(text) {
    this.matches = [];
    this.list.textContent = "";
    const note = document.createElement("li");
    note.className = "combobox-note";
    note.textContent = text;
    this.list.append(note);
    this.place();
  }

  place() {
    const box = this.input.getBoundingClientRect();
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    const width = Math.min(Math.max(box.width, 260), document.documentElement.clientWidth - 16);
    this.list.style.width = `${width}px`;
    const left = Math.min(box.left, document.documentElement.clientWidth - width - 8);
    this.list.style.left = `${window.scrollX + Math.max(8, left)}px`;
    const isBelow = window.innerHeight - box.bottom > 200 || box.top < 220;
    const height = this.list.offsetHeight;
    this.list.style.top = `${window.scrollY + (isBelow ? box.bottom + 1 : box.top - height - 1)}px`;
  }

  mark() {
    [...this.list.children].forEach((option, index) => option.classList.toggle("is-active", index === this.active));
    const current = this.list.children[this.active];
    if (current && current.id) {
      this.input.setAttribute("aria-activedescendant", current.id);
      current.scrollIntoView({ block: "nearest" });
    } else this.input.removeAttribute("aria-activedescendant");
  }

  get isOpen() {
    return !this.list.hidden;
  }

  close() {
    this.list.hidden = true;
    if (this.input) {
      this.input.setAttribute("aria-expanded", "false");
      this.input.removeAttribute("aria-activedescendant");
    }
  }

  whenKey(event) {
    if (!event.target.dataset || !event.target.dataset.list) return;
    if (event.isComposing) return;
    if (event.altKey && event.key === "ArrowDown") {
      event.preventDefault();
      this.open(true);
      return;
    }
    if (!this.isOpen || event.altKey || event.ctrlKey) return;
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
    if (steps[event.key]) {
      event.preventDefault();
      const last = this.matches.length - 1;
      this.active = Math.max(0, Math.min(last, this.active + steps[event.key]));
      this.mark();
    } else if (event.key === "Enter" && this.active >= 0 && this.matches.length) {
      this.take(this.active);
      if (this.isMultiple(event.target)) event.preventDefault();
    } else if (event.key === "Tab" && this.active >= 0 && this.query && this.matches.length) {
      this.take(this.active);
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    }
  }

  take(index) {
    const entry = this.matches[index];
    if (!entry) return;
    if (this.isMultiple(this.input)) this.toggle(entry.code);
    else this.input.value = entry.code;
    this.close();
    this.choose(this.input);
  }

  /** Of several codes: complete the one being typed, or take it out when it is there already. */
  toggle(code) {
    const parts = this.input.value.split(/[,，、;；\s]+/).filter(Boolean);
    const typed = this.query;
    if (typed && parts[parts.length - 1] === typed && typed !== code) parts.pop();
    const at = parts.indexOf(code);
    if (at < 0) parts.push(code);
    else if (typed !== code) parts.splice(at, 1);
    this.input.value = parts.join(",");
  }
}
