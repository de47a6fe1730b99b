/* The queue of saves: the only way from the grid to the server.
 *
 * Every save has an id and a base version, so the server stores it once however often it is sent.
 * Changes are written to the device before they are sent and forgotten only when the server has
 * answered. States of a cell: pending, saving, saved, failed.
 */
import { addChange, cellsOf, newSaveId, valueOf, without } from "./changes.js";
import { exclusively, livingLocks, openStore, stayAlive } from "./store.js";

const TYPING_PAUSE = 700;
const WRITE_PAUSE = 120;
const TIMEOUT = 20000;
const RETRIES = [1000, 2000, 4000, 8000, 15000, 30000];
const PRESENCE = 20000;

function cookie(name) {
  const found = document.cookie.split("; ").find((part) => part.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
}

export class SaveQueue extends EventTarget {
  constructor({ caseId, userId, version, url, token, device, contextToken }) {
    super();
    Object.assign(this, { caseId, userId, version, url, token, device, contextToken });
    this.pending = [];
    this.inflight = null;
    this.refused = new Map(); // cell → sentence
    this.shown = new Map(); // cell → the other person's value that was shown in a conflict
    this.blocked = null; // {code, message}: nothing is sent until the person acts
    this.isOffline = false;
    this.failures = 0;
    this.tab = `census-tab-${newSaveId()}`;
    this.key = `${caseId}:${userId}:${this.tab}`;
    this.lastSavedAt = null;
    this.chain = Promise.resolve();
  }

  /** Open the store and take over what dead tabs of this person left; returns those changes. */
  async open() {
    this.store = await openStore();
    stayAlive(this.tab);
    const living = await livingLocks();
    const left = (await this.store.all()).filter(
      (record) =>
        record.case === this.caseId &&
        record.user === this.userId &&
        record.tab !== this.tab &&
        !(living && living.has(record.tab)),
    );
    left.sort((a, b) => a.at - b.at);
    const taken = [];
    // what was typed then was based on what the page showed then
    for (const record of left) this.version = Math.min(this.version, record.base);
    for (const record of left) {
      if (record.inflight) {
        taken.push(...record.inflight.changes);
        await this.resend(record.inflight);
      }
      for (const change of record.pending) {
        addChange(this.pending, change);
        taken.push(change);
      }
    }
    await this.write();
    for (const record of left) await this.store.remove(record.key);
    window.addEventListener("online", () => this.soon(0));
    document.addEventListener("visibilitychange", () => this.whenVisibilityChanges());
    window.addEventListener("pagehide", () => this.write());
    setInterval(() => this.look(), PRESENCE);
    return taken;
  }

  whenVisibilityChanges() {
    if (document.hidden) {
      this.write();
      this.flush();
    } else if (this.blocked && this.blocked.code !== "case_locked") {
      this.unblock();
    } else this.look();
  }

  /** A save that was on its way when the tab died: send it once more, as it was. */
  async resend(save) {
    try {
      const answer = await this.send(save);
      if (answer.status === 200) this.learn(answer.body);
      else if (answer.status !== 409 || answer.body.code !== "save_id_reused") throw new Error();
    } catch (error) {
      for (const change of save.changes) addChange(this.pending, change);
    }
  }

  /** Note a change; it is on the device within moments and sent after a pause in typing. */
  add(change, { now = false } = {}) {
    addChange(this.pending, change);
    if (change.op === "set") {
      this.refused.delete(change.cell);
      this.tell("cell", { cell: change.cell, state: "pending" });
    }
    this.writeSoon();
    this.soon(now ? 0 : TYPING_PAUSE);
    this.tell("state");
  }

  writeSoon() {
    if (this.writing) return;
    this.writing = setTimeout(() => {
      this.writing = null;
      this.write();
    }, WRITE_PAUSE);
  }

  /** Write what is unsaved to the device. */
  async write() {
    if (!this.store) return;
    try {
      if (!this.pending.length && !this.inflight) await this.store.remove(this.key);
      else
        await this.store.put({
          key: this.key,
          case: this.caseId,
          user: this.userId,
          tab: this.tab,
          base: this.inflight ? this.inflight.base_version : this.version,
          pending: this.pending,
          inflight: this.inflight,
          at: Date.now(),
        });
    } catch (error) {
      this.tell("unstorable");
    }
  }

  soon(delay) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), delay);
  }

  /** Send everything that waits; resolves when nothing waits or nothing can be sent now. */
  flush() {
    clearTimeout(this.timer);
    this.chain = this.chain
      .then(() => exclusively(`census-case-${this.caseId}`, () => this.drain()))
      .catch((error) => {
        console.error(error);
        this.retryLater();
      });
    return this.chain;
  }

  async drain() {
    while ((this.pending.length || this.inflight) && !this.blocked) {
      if (!this.inflight) {
        this.inflight = { save_id: newSaveId(), base_version: this.version, changes: this.pending };
        this.pending = [];
      }
      for (const cell of cellsOf(this.inflight.changes)) this.tell("cell", { cell, state: "saving" });
      this.tell("state");
      await this.write();
      let answer;
      try {
        answer = await this.send(this.inflight);
      } catch (error) {
        this.retryLater();
        return;
      }
      if (!(await this.take(answer))) return;
    }
    this.tell("state");
  }

  async send(save) {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), TIMEOUT);
    try {
      const response = await fetch(this.url, {
        method: "POST",
        credentials: "same-origin",
        headers: {
          "Content-Type": "application/json",
          Accept: "application/json",
          "X-CSRFToken": this.csrfToken,
        },
        body: JSON.stringify({ ...save, device: this.device }),
        signal: controller.signal,
      });
      const isJson = (response.headers.get("Content-Type") || "").includes("application/json");
      return { status: response.status, body: isJson ? await response.json() : {} };
    } finally {
      clearTimeout(timer);
    }
  }

  /** Act on the server's answer; whether to go on at once. */
  async take({ status, body }) {
    if (status === 200) return this.whenSaved(body);
    if (status === 409 && body.code === "save_conflict") return this.whenConflict(body);
    if (status === 409 && body.code === "save_id_reused") return this.putBack();
    if (status === 400 || status === 413) return this.whenRefused(status, body);
    if ([401, 403, 404, 409].includes(status)) return this.block(status, body);
    this.retryLater();
    return false;
  }

  async whenSaved(body) {
    const saved = this.inflight;
    this.inflight = null;
    this.failures = 0;
    this.isOffline = false;
    this.lastSavedAt = new Date();
    for (const cell of cellsOf(saved.changes)) {
      this.shown.delete(cell);
      if (valueOf(this.pending, cell) === undefined) this.tell("cell", { cell, state: "saved" });
    }
    this.learn(body);
    await this.write();
    return true;
  }

  /** The server's state: go on from its version, unless it changes what is being typed here. */
  learn(body) {
    this.version = body.version;
    const clashes = Object.entries(body.cells || {})
      .map(([cell, theirs]) => ({ cell, theirs, yours: valueOf(this.pending, cell) }))
      .filter(({ cell, theirs, yours }) => yours !== undefined && yours !== theirs && this.shown.get(cell) !== theirs)
      .map((clash) => ({ ...clash, ...((body.authors || {})[clash.cell] || {}) }));
    this.tell("answer", body);
    if (clashes.length) this.stopForConflict({ conflicts: clashes });
  }

  /** Somebody else changed the same cells: stop, let the person choose, go on from there. */
  async whenConflict(body) {
    const save = this.inflight;
    this.inflight = null;
    for (const change of [...save.changes].reverse()) {
      const isNewer = change.op === "set" && valueOf(this.pending, change.cell) !== undefined;
      if (!isNewer) this.pending.unshift(change);
    }
    await this.write();
    this.stopForConflict(body);
    return false;
  }

  stopForConflict(body) {
    this.blocked = { code: "save_conflict", message: body.message || "" };
    for (const { cell, theirs } of body.conflicts) {
      this.shown.set(cell, theirs);
      this.tell("cell", { cell, state: "failed" });
    }
    this.tell("state");
    this.tell("conflict", body);
  }

  /** The person's choice after a conflict: cells where theirs stays. */
  async settle(theirs) {
    this.pending = without(this.pending, new Set(theirs));
    await this.look({ force: true });
    this.unblock();
  }

  async whenRefused(status, body) {
    const save = this.inflight;
    this.inflight = null;
    const sentence = body.message || String(status);
    const culprit = body.cell && save.changes.some((c) => c.op === "set" && c.cell === body.cell);
    if (culprit) this.refuse(body.cell, sentence, save.changes);
    else if (save.changes.length > 1) await this.sendInHalves(save.changes);
    else {
      for (const cell of cellsOf(save.changes)) this.refuse(cell, sentence, []);
      this.tell("refusal", { message: sentence, changes: save.changes });
    }
    await this.write();
    return true;
  }

  refuse(cell, sentence, changes) {
    this.refused.set(cell, sentence);
    this.pending = [...without(changes, new Set([cell])), ...this.pending];
    this.tell("cell", { cell, state: "failed", message: sentence });
  }

  /** Too large, or one of many is wrong: half of it first. */
  async sendInHalves(changes) {
    const middle = Math.ceil(changes.length / 2);
    const rest = changes.slice(middle);
    this.inflight = {
      save_id: newSaveId(),
      base_version: this.version,
      changes: changes.slice(0, middle),
    };
    this.pending = [...rest, ...this.pending];
  }

  putBack() {
    const save = this.inflight;
    this.inflight = null;
    this.pending = [...without(save.changes, new Set(cellsOf(this.pending))), ...this.pending];
    return true;
  }

  block(status, body) {
    this.putBack();
    this.blocked = { status, code: body.code || String(status), message: body.message || "" };
    for (const cell of cellsOf(this.pending)) this.tell("cell", { cell, state: "failed" });
    this.write();
    this.tell("state");
    return false;
  }

  unblock() {
    this.blocked = null;
    this.tell("state");
    return this.flush();
  }

  retryLater() {
    this.isOffline = true;
    const delay = RETRIES[Math.min(this.failures, RETRIES.length - 1)];
    this.failures += 1;
    for (const cell of this.unsavedCells()) this.tell("cell", { cell, state: "pending" });
    this.tell("state");
    this.soon(delay);
  }

  /** What others have saved since, and who is here. */
  async look({ force = false } = {}) {
    if (document.hidden && !force) return;
    try {
      const response = await fetch(`${this.url}?since=${this.version}&context=${this.contextToken}`, {
        credentials: "same-origin",
        headers: { Accept: "application/json" },
      });
      if (response.status !== 200) return;
      const body = await response.json();
      if (this.inflight || body.version < this.version) return;
      this.learn(body);
    } catch (error) {
      /* the next save says that the network is gone */
    }
  }

  unsavedCells() {
    return [...cellsOf(this.inflight ? this.inflight.changes : []), ...cellsOf(this.pending)];
  }

  /** Whether a cell has something that the server does not have yet. */
  isUnsaved(cell) {
    return this.unsavedCells().includes(cell);
  }

  /** The token of now: it changes when the person signs in again in another tab. */
  get csrfToken() {
    return cookie("csrftoken") || this.token;
  }

  get waiting() {
    return this.pending.length + (this.inflight ? this.inflight.changes.length : 0);
  }

  tell(name, detail = {}) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
