/* Beside the cell in focus: what the register, the last submission and an earlier exercise say. */

import { fill } from "./dom.js";

const NUMERIC = new Set(["integer", "decimal"]);

/* How many times the earlier figure the present one is; null where that says nothing. */
function ratioOf(now, before) {
  if (now === "" || before === "") return null;
  const ratio = Number(now) / Number(before);
  return Number.isFinite(ratio) ? ratio : null;
}

export function showEarlier(list, path, { model, data, texts }) {
  const known = (data.earlier || {})[path] || [];
  const [low, high] = data.ratio_bound.map(Number);
  const numeric = NUMERIC.has((model.item(path) || {}).type);
  list.replaceChildren();
  for (const { source, name, value } of known) {
    const line = document.createElement("li");
    line.append(fill(texts[`earlier_${source}`], { name, value }));
    const ratio = numeric ? ratioOf(model.get(path), value) : null;
    if (ratio !== null && ratio !== 1) {
      const tag = document.createElement("span");
      tag.className = ratio < low || ratio > high ? "tag tag-soft" : "tag";
      tag.textContent = fill(texts.earlier_ratio, { ratio: Number(ratio.toPrecision(3)) });
      line.append(" ", tag);
    }
    list.append(line);
  }
  list.hidden = known.length === 0;
}
