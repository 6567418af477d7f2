// The source pane: a document's own text, with the cited characters lit.
import { get, originalTrouble, path } from "/web/api.js";
import { add, announce, button, fill, h, icon, iconButton, said, toast } from "/web/dom.js";
import { placeOf } from "/web/answer.js";
import { t } from "/web/words.js";

/** UTF-16 units shown around a passage at first, and added by "more". */
const AROUND = 16000;
const MORE = 60000;
const PLACES = { page: "source.page", slide: "source.slide" };
const MONO = /^(text\/(csv|tab-separated-values|x-)|application\/(json|xml|x-))/;

export class SourcePane {
  /** @param {object} more `onClose()`, `onStep(difference)`. */
  constructor(more) {
    this.more = more;
    this.turnedTo = 0;
    this.title = said("h2", "", { tabindex: "-1" });
    this.number = h("p", { class: "number" });
    this.place = said("p", "", { class: "source-place" });
    this.original = h("div", { class: "source-original" });
    this.previous = iconButton("previous", t("source.previous"), () => more.onStep(-1));
    this.next = iconButton("next", t("source.next"), () => more.onStep(1));
    this.scroll = h("div", { class: "source-scroll", tabindex: "0", role: "region", "aria-label": t("source.label") });
    this.element = h(
      "aside", { class: "source", hidden: true, "aria-label": t("source.label") },
      h(
        "div", { class: "source-head" },
        h(
          "div", { class: "source-bar" }, this.number, this.previous, this.next,
          iconButton("close", t("source.close"), () => more.onClose()),
        ),
        this.title, this.place, this.original,
      ),
      this.scroll,
    );
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      more.onClose();
    });
  }

  get open() { return !this.element.hidden; }

  close() { this.element.hidden = true; }

  focus() { this.title.focus({ preventScroll: true }); }

  /**
   * Show a passage in its document.
   * @param {object} run A citation, a passage, or {document, title} for the document from its beginning.
   * @param {object} at `number` of the footnote and how many there are, `all`.
   */
  async show(run, { number = 0, all = 0 } = {}) {
    const turn = ++this.turnedTo;
    this.element.hidden = false;
    this.title.textContent = run.title;
    this.place.textContent = run.start_utf16 === undefined ? "" : placeOf(run);
    this.number.textContent = number ? t("source.number", { n: number, all })
      : t(run.start_utf16 === undefined ? "source.document" : "source.passage");
    this.previous.hidden = this.next.hidden = !number || all < 2;
    this.previous.disabled = number <= 1;
    this.next.disabled = number >= all;
    fill(this.original);
    fill(this.scroll, h("p", { class: "muted", text: t("source.loading") }));
    let document;
    let text;
    const start = Math.max(0, (run.start_utf16 ?? 0) - AROUND);
    try {
      [document, text] = await Promise.all([
        get(`/v1/documents/${run.document}`),
        get(path(`/v1/documents/${run.document}/text`, { start, end: (run.end_utf16 ?? 0) + AROUND, unit: "utf16" })),
      ]);
    } catch (error) {
      if (turn === this.turnedTo) this.missing(run, error);
      return;
    }
    if (turn !== this.turnedTo) return;
    this.reading = { run, document, text };
    this.draw();
    this.light();
    if (run.quote) announce(t("source.lit", { text: run.quote }));
    await this.showOriginal(document, run, turn);
  }

  missing(run, error) {
    fill(
      this.scroll,
      h("p", { class: "trouble", text: error.status === 404 ? t("source.gone") : error.sentence ?? error.message }),
      run.quote && add(said("p", "", { class: "source-text" }), h("mark", { text: run.quote })),
    );
  }

  /** Draw the text that is loaded, in runs that neither place, heading nor passage cuts. */
  draw() {
    const { run, document, text } = this.reading;
    const begin = text.start_utf16;
    const end = text.end_utf16;
    const lit = run.start_utf16 === undefined ? [-1, -1] : [run.start_utf16, run.end_utf16];
    const inside = (offset) => offset > begin && offset < end;
    const headings = document.headings.filter((heading) => heading.end_utf16 > begin && heading.start_utf16 < end);
    // Rows and cues are too many to be marked.
    const places = new Map(document.places
      .filter((place) => place.kind in PLACES && place.start_utf16 >= begin && place.start_utf16 < end)
      .map((place) => [place.start_utf16, place]));
    const cuts = [begin, end, ...lit.filter(inside), ...places.keys(),
      ...headings.flatMap((heading) => [heading.start_utf16, heading.end_utf16]).filter(inside)];
    const offsets = [...new Set(cuts)].sort((a, b) => a - b);
    const body = h("div", { class: MONO.test(document.media_type) ? "source-text mono" : "source-text", dir: "auto" });
    for (let i = 0; i < offsets.length; i += 1) {
      const [from, to] = [offsets[i], offsets[i + 1]];
      if (places.has(from)) add(body, placeMark(places.get(from)));
      if (to === undefined) break;
      const words = text.text.slice(from - begin, to - begin);
      const isLit = from >= lit[0] && to <= lit[1];
      const heading = headings.find((one) => from >= one.start_utf16 && to <= one.end_utf16);
      const piece = heading ? h("span", { class: "heading", text: words }) : words;
      add(body, isLit ? h("mark", { class: run.quote ? "lit" : "near" }, piece) : piece);
    }
    fill(
      this.scroll,
      begin > 0 && this.moreButton("source.earlier", -1), body,
      end < text.length_utf16 && this.moreButton("source.later", 1),
    );
  }

  moreButton(label, direction) {
    return h("p", { class: "more" }, button(t(label), () => this.load(direction), { class: "plain" }));
  }

  /** Load more text before or after, and keep the reader's eye where it is. */
  async load(direction) {
    const { text, run } = this.reading;
    const [start, end] = direction < 0
      ? [Math.max(0, text.start_utf16 - MORE), text.start_utf16] : [text.end_utf16, text.end_utf16 + MORE];
    const turn = this.turnedTo;
    let more;
    try {
      more = await get(path(`/v1/documents/${run.document}/text`, { start, end, unit: "utf16" }));
    } catch (error) { toast(error.sentence ?? error.message); return; }
    if (turn !== this.turnedTo) return;
    const [first, last] = direction < 0 ? [more, text] : [text, more];
    this.reading.text = { ...first, end: last.end, end_utf16: last.end_utf16, text: first.text + last.text };
    const below = this.scroll.scrollHeight - this.scroll.scrollTop;
    const top = this.scroll.scrollTop;
    this.draw();
    this.scroll.scrollTop = direction < 0 ? this.scroll.scrollHeight - below : top;
    this.scroll.focus({ preventScroll: true });
  }

  /** Scroll to the lit passage, a third down. */
  light() {
    const mark = this.scroll.querySelector("mark");
    if (!mark) { this.scroll.scrollTop = 0; return; }
    const top = mark.getBoundingClientRect().top - this.scroll.getBoundingClientRect().top + this.scroll.scrollTop;
    this.scroll.scrollTop = Math.max(0, top - this.scroll.clientHeight / 3);
  }

  /** The button to the original file; or why there is none. */
  async showOriginal(document, run, turn) {
    if (!document.original) return;
    const trouble = await originalTrouble(document.id);
    if (turn !== this.turnedTo) return;
    if (trouble) {
      fill(this.original, h("p", { class: "small muted", text: trouble }));
      return;
    }
    const isPdf = document.media_type === "application/pdf";
    const href = `/v1/documents/${document.id}/original${isPdf ? `?inline=true${run.page ? `#page=${run.page}` : ""}` : ""}`;
    const label = !isPdf ? t("source.download")
      : run.page ? t("source.original.page", { n: run.page }) : t("source.original");
    const link = h("a", { class: "plain", href, ...(isPdf ? { target: "_blank", rel: "noopener" } : { download: true }) });
    fill(this.original, add(link, icon(isPdf ? "out" : "down"), label));
  }
}

function placeMark(place) {
  // The label is drawn by the style sheet, so that the text of the pane is the text of the document.
  return h("span", { class: "place", data: { label: t(PLACES[place.kind], { n: place.number }) } });
}
