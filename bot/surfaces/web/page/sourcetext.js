// The text of a document in the source pane: with its headings, pages and tables, and the cited characters lit. All of
// it stands in the pane character by character; what only parts cells and rows is there but not shown.
import { add, h } from "/web/dom.js";
import { t } from "/web/words.js";

const PLACES = { page: "source.page", slide: "source.slide" };
const MONO = /^(text\/(csv|tab-separated-values|x-)|application\/(json|xml|x-))/;
/** What parts the cells of a row, by the kind of the document. */
const CELLS = (mediaType) => (mediaType === "application/pdf" ? "\t" : " | ");

/** The element with the text of `reading`: { run, document, text } as the API gives them. */
export function textBody(reading) {
  const { document, text } = reading;
  const body = h("div", { class: MONO.test(document.media_type) ? "source-text mono" : "source-text", dir: "auto" });
  const pieces = new Pieces(reading);
  let at = text.start_utf16;
  for (const rows of pieces.tables()) {
    pieces.plain(body, at, rows[0].start);
    add(body, pieces.mark(rows[0].start), pieces.table(rows));
    at = rows.at(-1).end;
  }
  pieces.plain(body, at, text.end_utf16);
  return body;
}

/** Cuts the text so that neither place, heading nor passage is cut; offsets are UTF-16 units of the document. */
class Pieces {
  constructor({ run, document, text }) {
    this.begin = text.start_utf16;
    this.end = text.end_utf16;
    this.text = text.text;
    this.run = run;
    this.cells = MONO.test(document.media_type) ? "" : CELLS(document.media_type);
    this.lit = run.start_utf16 === undefined ? [-1, -1] : [run.start_utf16, run.end_utf16];
    this.headings = document.headings.filter((one) => one.end_utf16 > this.begin && one.start_utf16 < this.end);
    // Rows and cues are too many to be marked.
    this.places = new Map(document.places
      .filter((place) => place.kind in PLACES && place.start_utf16 >= this.begin && place.start_utf16 < this.end)
      .map((place) => [place.start_utf16, place]));
    this.cuts = [...this.lit, ...this.places.keys(), ...this.headings.flatMap((one) => [one.start_utf16, one.end_utf16])]
      .sort((a, b) => a - b);
  }

  /** The label of the page or slide that begins at an offset. */
  mark(at) {
    const place = this.places.get(at);
    // It is drawn by the style sheet, so that the text of the pane is the text of the document.
    return place && h("span", { class: "place", data: { label: t(PLACES[place.kind], { n: place.number }) } });
  }

  /** Add text from one offset to another, with the labels of what begins in it. */
  plain(body, from, to) {
    this.each(from, to, (start, node) => add(body, this.mark(start), node));
  }

  /** Call `then(start, node)` for each piece of a run. */
  each(from, to, then) {
    if (from >= to) return;
    const bounds = [from, ...new Set(this.cuts.filter((cut) => cut > from && cut < to)), to];
    for (let i = 0; i + 1 < bounds.length; i += 1) {
      const [start, end] = [bounds[i], bounds[i + 1]];
      const words = this.text.slice(start - this.begin, end - this.begin);
      const heading = this.headings.find((one) => start >= one.start_utf16 && end <= one.end_utf16);
      const piece = heading ? h("span", { class: "heading", text: words }) : words;
      const lit = start >= this.lit[0] && end <= this.lit[1];
      then(start, lit ? h("mark", { class: this.run.quote ? "lit" : "near" }, piece) : piece);
    }
  }

  /** The runs of rows, each at least two, as lists of { start, end } with what parts a row from the next. */
  tables() {
    if (!this.cells) return [];
    const found = [];
    let rows = [];
    const close = () => {
      if (rows.length > 1) found.push(rows);
      rows = [];
    };
    let at = this.begin;
    for (const line of this.text.split("\n")) {
      const end = Math.min(at + line.length + 1, this.end);
      if (line.includes(this.cells)) {
        if (this.places.has(at)) close();
        rows.push({ start: at, end });
      } else if (line === "" && rows.length) rows.at(-1).end = end;
      else close();
      at = end;
    }
    close();
    return found;
  }

  table(rows) {
    return h("div", { class: "rows" }, h("div", { role: "table" }, rows.map((row) => this.row(row))));
  }

  row({ start, end }) {
    const whole = this.text.slice(start - this.begin, end - this.begin);
    const line = whole.replace(/\n+$/, "");
    const row = h("div", { role: "row" });
    const part = (tag, from, to) => {
      this.each(from, to, (_, node) => add(tag, node));
      return add(row, tag);
    };
    let at = start;
    line.split(this.cells).forEach((cell, index) => {
      if (index) {
        part(h("span", { class: "bar" }), at, at + this.cells.length);
        at += this.cells.length;
      }
      part(h("span", { role: "cell", dir: "auto" }), at, at + cell.length);
      at += cell.length;
    });
    return part(h("span", { class: "bar" }), at, end);
  }
}
