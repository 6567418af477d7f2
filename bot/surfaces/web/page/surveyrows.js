// Which rows of a survey are wanted, and in which order: by the values that the server read, as bot/survey/where.py does.

const COMPARED = /^(<=|>=|<|>|=)\s*(.+)$/;
const DAY = /^\d{4}(-\d\d){0,2}$/;

/** Whether a cell is what was written: "2026", ">1500", "<2027-03", or words that it holds. */
export function holds(cell, wanted) {
  if (!cell.says) return false;
  const [, sign, value] = COMPARED.exec(wanted) ?? [null, "", wanted];
  if (!sign) {
    const held = cell.words.toLowerCase().includes(wanted.toLowerCase());
    return held || (cell.unit === "date" && DAY.test(wanted) && `${cell.value}-`.startsWith(`${wanted}-`));
  }
  const order = orderOf(cell, value.trim());
  if (order === null) return false;
  return sign === "=" ? order === 0 : sign.startsWith("<") ? order < 0 || (sign === "<=" && order === 0) : order > 0 || (sign === ">=" && order === 0);
}

/** -1, 0 or 1 as the cell's value stands to what was written; null where they cannot be compared. */
function orderOf(cell, wanted) {
  if (cell.unit === "date") {
    if (!DAY.test(wanted)) return null;
    const both = Math.min(cell.value.length, wanted.length);
    const order = compare(cell.value.slice(0, both), wanted.slice(0, both));
    return order || cell.value.length >= wanted.length ? order : null;
  }
  const number = Number(wanted.replace(/[,\s]/g, ""));
  return typeof cell.value === "number" && !Number.isNaN(number) ? compare(cell.value, number) : null;
}

/** Rows by a column: by value, else by words; what doesn't say is last either way. Column -1 is the document. */
export function inOrder(rows, column, down) {
  const by = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
  const turn = down ? -1 : 1;
  return [...rows].sort((a, b) => {
    if (column < 0) return turn * by.compare(a.title, b.title);
    const [one, other] = [a.cells[column], b.cells[column]];
    if (one.says !== other.says) return one.says ? -1 : 1;
    if ((one.value === null) !== (other.value === null)) return one.value === null ? 1 : -1;
    if (one.value === null) return turn * by.compare(one.words, other.words);
    return turn * (compare(one.unit, other.unit) || compare(one.value, other.value));
  });
}

function compare(one, other) { return one < other ? -1 : one > other ? 1 : 0; }
