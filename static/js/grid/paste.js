/* Pasting a block copied from a spreadsheet over the cells, and copying cells out as one. */

/** Lines and cells of what was copied: tab-separated, quoted where a cell has line breaks. */
export function parseBlock(text) {
  const lines = [];
  let line = [];
  let cell = "";
  let quoted = false;
  const source = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  for (let index = 0; index < source.length; index += 1) {
    const character = source[index];
    if (quoted) {
      if (character === '"' && source[index + 1] === '"') {
        cell += '"';
        index += 1;
      } else if (character === '"') quoted = false;
      else cell += character;
    } else if (character === '"' && cell === "") quoted = true;
    else if (character === "\t") {
      line.push(cell);
      cell = "";
    } else if (character === "\n") {
      line.push(cell);
      lines.push(line);
      line = [];
      cell = "";
    } else cell += character;
  }
  line.push(cell);
  lines.push(line);
  return lines;
}

/** Take out what a spreadsheet adds to figures: thousands separators, blanks. */
export function cleanValue(text, type) {
  const plain = text.normalize("NFKC").replace(/[\u0000-\u001f]/g, " ").trim();
  const isNumber = ["decimal", "integer", "year"].includes(type);
  return isNumber && /^-?\d{1,3}(,\d{3})+(\.\d+)?$/.test(plain) ? plain.replace(/,/g, "") : plain;
}

/** Listen for pastes of more than one cell; `put` writes [{path, value}] and says how it went. */
export function listenToPaste(model, put) {
  model.root.addEventListener("paste", (event) => {
    const td = event.target.closest("td[data-cell]");
    const text = event.clipboardData && event.clipboardData.getData("text");
    if (!td || !text || !event.target.closest(".cell-control")) return;
    const block = parseBlock(text);
    const isSelect = event.target.tagName === "SELECT";
    if (block.length === 1 && block[0].length === 1 && !isSelect) return;
    event.preventDefault();
    const lines = [...td.closest("table").querySelectorAll("tbody > tr")]
      .map((line) => [...line.querySelectorAll("td[data-cell]")])
      .filter((line) => line.length);
    const top = lines.findIndex((line) => line.includes(td));
    const left = lines[top].indexOf(td);
    const changes = [];
    let outside = 0;
    block.forEach((line, down) =>
      line.forEach((value, across) => {
        const cell = lines[top + down] && lines[top + down][left + across];
        if (!cell) {
          if (value.trim()) outside += 1;
          return;
        }
        const path = cell.dataset.cell;
        changes.push({ path, value: cleanValue(value, cell.dataset.type) });
      }),
    );
    put(changes, outside);
  });
}
