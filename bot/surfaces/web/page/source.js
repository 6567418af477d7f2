// The source pane: a document's printed page or its own text, with the cited words lit.
import { get, originalTrouble, path } from "/web/api.js";
import { add, announce, button, fill, h, icon, iconButton, said, toast } from "/web/dom.js";
import { placeOf } from "/web/answer.js";
import { pagesOf, PrintedView } from "/web/printed.js";
import { textBody } from "/web/sourcetext.js";
import { t } from "/web/words.js";

/** UTF-16 units shown around a passage at first, and added by "more". */
const AROUND = 16000;
const MORE = 60000;
const PDF = "application/pdf";
/** Where the reader's choice of page or text is kept. */
const VIEW = "footnote.view";

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
    this.printed = new PrintedView({ onBroken: () => this.noPage(t("source.sheet.broken")) });
    this.asPage = button(t("source.view.page"), () => this.choose("page"), { class: "quiet", "aria-pressed": "false" });
    this.asText = button(t("source.view.text"), () => this.choose("text"), { class: "quiet", "aria-pressed": "true" });
    this.wide = iconButton("wide", t("source.wide"), () => this.widen(), { class: "icon-button wide-button", "aria-pressed": "false" });
    this.views = h(
      "div", { class: "source-views", hidden: true },
      h("div", { class: "row", role: "group", "aria-label": t("source.view") }, this.asPage, this.asText), this.printed.tools, this.wide,
    );
    this.trouble = h("p", { class: "small muted page-trouble" });
    this.scroll = h("div", { class: "source-scroll", tabindex: "0", role: "region", "aria-label": t("source.label") });
    this.element = h(
      "aside", { class: "source", hidden: true, "aria-label": t("source.label") },
      h(
        "div", { class: "source-head" },
        h(
          "div", { class: "source-bar" }, this.number, this.previous, this.next,
          iconButton("close", t("source.close"), () => more.onClose()),
        ),
        this.title, this.place, this.original, this.views, this.trouble,
      ),
      h("div", { class: "source-body" }, this.printed.element, this.scroll),
    );
    this.see("text");
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      more.onClose();
    });
  }

  get open() { return !this.element.hidden; }

  close() {
    this.element.hidden = true;
    this.widen(false);
  }

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
    this.trouble.textContent = "";
    this.views.hidden = true;
    this.see("text");
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
    await Promise.all([this.showPage(document, run, turn), this.showOriginal(document, run, turn)]);
  }

  /** Show the printed page where there is one; or say why there is none, beside the text. */
  async showPage(document, run, turn) {
    if (document.media_type !== PDF || !document.original) return;
    let pages;
    try {
      pages = await pagesOf(document, run);
    } catch (error) {
      // A file that is gone or changed is said where its original would be.
      if (turn === this.turnedTo && error.status !== 409) this.noPage(error.sentence ?? error.message);
      return;
    }
    if (turn !== this.turnedTo || !pages.length) return;
    this.printed.take(document, run, pages);
    this.views.hidden = false;
    this.see(keptView());
  }

  noPage(why) {
    this.views.hidden = true;
    this.see("text");
    this.trouble.textContent = why;
  }

  /** Show the page or the text, and remember it for the next footnote. */
  choose(view) {
    try { localStorage.setItem(VIEW, view); } catch { /* then it holds for this footnote only */ }
    this.see(view);
  }

  /** Show the page, the text, or in the wide pane both. */
  see(view) {
    const both = this.element.classList.contains("wide") && !this.views.hidden;
    this.view = view;
    this.printed.element.hidden = !both && view !== "page";
    this.scroll.hidden = !both && view === "page";
    this.printed.tools.hidden = this.printed.element.hidden;
    this.asPage.setAttribute("aria-pressed", String(view === "page"));
    this.asText.setAttribute("aria-pressed", String(view !== "page"));
    this.asPage.parentElement.hidden = both;
    if (!this.printed.element.hidden) this.printed.draw();
    if (!this.scroll.hidden) this.light();
  }

  /** Let the pane take the whole window, with page and text side by side; or give it back. */
  widen(wide = !this.element.classList.contains("wide")) {
    this.element.classList.toggle("wide", wide);
    this.wide.setAttribute("aria-pressed", String(wide));
    if (!this.views.hidden && this.open) this.see(this.view);
  }

  missing(run, error) {
    fill(
      this.scroll,
      h("p", { class: "trouble", text: error.status === 404 ? t("source.gone") : error.sentence ?? error.message }),
      run.quote && add(said("p", "", { class: "source-text" }), h("mark", { text: run.quote })),
    );
  }

  /** Draw the text that is loaded. */
  draw() {
    const { text } = this.reading;
    fill(
      this.scroll,
      text.start_utf16 > 0 && this.moreButton("source.earlier", -1), textBody(this.reading),
      text.end_utf16 < text.length_utf16 && this.moreButton("source.later", 1),
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
    const isPdf = document.media_type === PDF;
    const href = `/v1/documents/${document.id}/original${isPdf ? `?inline=true${run.page ? `#page=${run.page}` : ""}` : ""}`;
    const label = !isPdf ? t("source.download")
      : run.page ? t("source.original.page", { n: run.page }) : t("source.original");
    const link = h("a", { class: "plain", href, ...(isPdf ? { target: "_blank", rel: "noopener" } : { download: true }) });
    fill(this.original, add(link, icon(isPdf ? "out" : "down"), label));
  }
}

/** What the reader chose last; the page, where nothing was chosen. */
function keptView() {
  try { return localStorage.getItem(VIEW) === "text" ? "text" : "page"; } catch { return "page"; }
}
