// The printed page of a footnote: its picture, with the quoted words lit.
import { get, path } from "/web/api.js";
import { add, fill, h, iconButton, said } from "/web/dom.js";
import { t } from "/web/words.js";

const SVG = "http://www.w3.org/2000/svg";
const ZOOMS = [1, 1.5, 2, 3, 4];
/** Pixels that the server draws at most, and the step between the widths that it draws. */
const WIDEST = 2400;
const STEP = 400;
/** Narrower than this, in CSS pixels, the whole width of a page is too small to read. */
const NARROW = 480;

export class PrintedView {
  /** @param {object} more `onBroken()`: a picture could not be fetched. */
  constructor(more) {
    this.more = more;
    this.marked = new Map();
    this.shown = [];
    this.previous = iconButton("previous", t("source.page.previous"), () => this.turn(-1));
    this.next = iconButton("next", t("source.page.next"), () => this.turn(1));
    this.smaller = iconButton("minus", t("source.smaller"), () => this.zoomBy(-1));
    this.larger = iconButton("plus", t("source.larger"), () => this.zoomBy(1));
    this.where = said("span", "", { class: "sheet-number" });
    this.tools = h("div", { class: "sheet-tools" }, this.previous, this.where, this.next, this.smaller, this.larger);
    this.element = h("div", { class: "sheets", tabindex: "0", role: "region", "aria-label": t("source.printed") });
    this.element.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || !["+", "=", "-"].includes(event.key)) return;
      event.preventDefault();
      this.zoomBy(event.key === "-" ? -1 : 1);
    });
  }

  /**
   * Show the pages of a passage when they are drawn next.
   * @param {object} document As the API gives it.
   * @param {object} run What is to be lit.
   * @param {object[]} pages As `pagesOf` finds them.
   */
  take(document, run, pages) {
    this.document = document;
    this.run = run;
    this.marked = new Map(pages.map((page) => [page.number, run.quote ? page : { ...page, boxes: [] }]));
    [this.shape] = pages;
    this.shown = [...this.marked.keys()];
    this.level = 0;
  }

  /** Draw what is shown; to be called when the element is in sight, since pictures are as wide as it is. */
  draw() {
    if (this.element.clientWidth < NARROW && !this.level) this.level = 2;
    fill(this.element, this.shown.map((number) => this.sheet(number)));
    const [first, last] = [this.shown[0], this.shown.at(-1)];
    this.where.textContent = `${first === last ? first : `${first}–${last}`} / ${this.document.pages}`;
    this.previous.disabled = first <= 1;
    this.next.disabled = last >= this.document.pages;
    this.zoomed();
    this.light();
  }

  sheet(number) {
    const page = this.marked.get(number);
    const { width, height } = page ?? this.shape;
    const alt = t("source.sheet.alt", { n: number, title: this.document.title });
    const isLit = page?.boxes.length;
    const image = h("img", {
      alt: isLit ? `${alt} ${t("source.sheet.lit", { text: this.run.quote })}` : alt,
      src: `/v1/documents/${this.document.id}/pages/${number}?width=${this.pixels()}`,
      width: Math.round(width), height: Math.round(height), on: { error: () => this.more.onBroken() },
    });
    const sheet = h("div", { class: "sheet" }, image, isLit && lights(page));
    return h("figure", { data: { number } }, sheet, noticeOf(page, this.run));
  }

  /** Pixels to ask for: as many as the screen shows, in the steps that the server draws. */
  pixels() {
    const wanted = this.element.clientWidth * ZOOMS[this.level] * (devicePixelRatio || 1);
    return Math.min(WIDEST, Math.max(STEP, Math.ceil(wanted / STEP) * STEP));
  }

  turn(by) {
    const to = by < 0 ? this.shown[0] - 1 : this.shown.at(-1) + 1;
    if (to < 1 || to > this.document.pages) return;
    this.shown = [to];
    this.draw();
  }

  zoomBy(by) {
    const level = Math.min(Math.max(this.level + by, 0), ZOOMS.length - 1);
    if (level === this.level) return;
    const box = this.element;
    const middle = [
      (box.scrollLeft + box.clientWidth / 2) / box.scrollWidth, (box.scrollTop + box.clientHeight / 2) / box.scrollHeight,
    ];
    this.level = level;
    this.zoomed();
    for (const image of box.querySelectorAll("img")) {
      const wider = image.src.replace(/\d+$/, this.pixels());
      if (wider !== image.src) image.src = wider;
    }
    box.scrollTo(middle[0] * box.scrollWidth - box.clientWidth / 2, middle[1] * box.scrollHeight - box.clientHeight / 2);
  }

  zoomed() {
    this.element.style.setProperty("--zoom", ZOOMS[this.level]);
    this.smaller.disabled = this.level === 0;
    this.larger.disabled = this.level === ZOOMS.length - 1;
  }

  /** Scroll to the first lit line, a third down; or to the top. */
  light() {
    const lit = this.element.querySelector("rect")?.getBoundingClientRect();
    const box = this.element.getBoundingClientRect();
    this.element.scrollTo(
      lit ? this.element.scrollLeft + lit.left - box.left - 16 : 0,
      lit ? this.element.scrollTop + lit.top - box.top - box.height / 3 : 0,
    );
  }
}

/** The pages on which a passage stands, none where there are none; a file that is gone or cannot be drawn throws. */
export async function pagesOf(document, run) {
  const [start, end] = run.start_utf16 === undefined ? [0, 1] : [run.start_utf16, run.end_utf16];
  return (await get(path(`/v1/documents/${document.id}/pages`, { start, end, unit: "utf16" }))).pages;
}

/** Boxes over the picture, in shares of it. */
function lights(page) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 1 1");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  for (const box of page.boxes) {
    const rect = document.createElementNS(SVG, "rect");
    for (const name of ["x", "y", "width", "height"]) rect.setAttribute(name, box[name]);
    svg.append(rect);
  }
  return svg;
}

/** Why not all of the words are lit; nothing where they are. */
function noticeOf(page, run) {
  if (!page || !run.quote || page.lit === "all") return null;
  const key = page.scanned && page.lit === "none" ? "source.sheet.scanned" : `source.sheet.${page.lit}`;
  return add(h("figcaption"), t(key));
}
