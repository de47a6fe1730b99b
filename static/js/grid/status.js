/* What the page says about saving: overall in the bar, and in each cell. */
import { clock, fill } from "./dom.js";

export class Status {
  constructor(queue, texts) {
    Object.assign(this, { queue, texts });
    this.bar = document.getElementById("save-state");
    this.notice = document.getElementById("save-notice");
    queue.addEventListener("state", () => this.show());
  }

  show() {
    const [state, sentence] = this.sentence();
    if (this.bar.dataset.state !== state || this.bar.textContent !== sentence) {
      this.bar.dataset.state = state;
      this.bar.textContent = sentence;
    }
    this.showNotice();
  }

  sentence() {
    const { queue, texts } = this;
    const n = queue.waiting;
    if (queue.blocked) return ["failed", fill(texts.state_blocked, { n })];
    if (queue.isOffline && n) return ["offline", fill(texts.state_offline, { n })];
    if (queue.inflight) return ["saving", fill(texts.state_saving, { n })];
    if (n) return ["pending", fill(texts.state_pending, { n })];
    if (queue.refused.size) return ["failed", fill(texts.state_refused, { n: queue.refused.size })];
    if (queue.lastSavedAt) return ["saved", fill(texts.state_saved, { at: clock(queue.lastSavedAt) })];
    return ["saved", texts.state_unchanged];
  }

  showNotice() {
    const { blocked } = this.queue;
    const sentence = blocked ? this.reason(blocked) : "";
    this.notice.hidden = !sentence;
    this.notice.querySelector("[data-sentence]").textContent = sentence;
    this.notice.querySelector("[data-sign-in]").hidden = !blocked || !["401", "403", "signed_out"].includes(blocked.code);
  }

  reason({ code, message }) {
    const { texts } = this;
    if (code === "signed_out" || code === "401") return texts.signed_out;
    if (code === "403") return texts.session_changed;
    if (code === "save_conflict") return texts.conflict_waits;
    return `${message} ${texts.kept_here}`;
  }
}
