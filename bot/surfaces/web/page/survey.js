// Each document asked the same questions: a table that grows, is sorted, filtered and saved.
import { path, survey } from "/web/api.js";
import { add, announce, button, fill, h, said, toast } from "/web/dom.js";
import { filterBody } from "/web/state.js";
import { refOf } from "/web/ref.js";
import { saveMenu } from "/web/saving.js";
import { holds, inOrder } from "/web/surveyrows.js";
import { t } from "/web/words.js";

/** Rows that are shown at once. */
const AT_FIRST = 200;
/** Documents that the server takes by id (FilterIn in bot/surfaces/web/shapes.py). */
const MOST_IDS = 1000;
/** Milliseconds between two drawings of a table that is sorted or filtered while it grows. */
const DRAWN_EVERY = 500;
const DOCUMENT = -1;
const ANY = -2;

export class SurveyTurn {
  /**
   * @param {string[]} questions The columns.
   * @param {object} more `onSource(turn, number, from)`, `onPassage(passage, from)`, `onAgain(turn)`.
   */
  constructor(questions, more) {
    this.questions = questions;
    this.more = more;
    this.filter = filterBody();
    this.id = "";
    this.answer = null;
    this.citations = new Map();
    this.rows = [];
    this.asked = 0;
    this.sort = { column: null, down: false };
    this.all = false;
    this.drawn = 0;
    this.progress = h("progress", { "aria-label": t("survey.progress") });
    this.count = h("span", { class: "muted small", text: t("ask.searching") });
    this.going = h("div", { class: "survey-going" }, this.progress, this.count);
    this.says = questions.map(() => h("span", { class: "muted small" }));
    const asked = questions.length > 1
      ? h("ol", { class: "survey-questions" }, questions.map((question, index) => h("li", {}, said("span", question), " ", this.says[index])))
      : h("p", { class: "survey-questions" }, this.says);
    this.tools = h("div", { class: "survey-tools", hidden: true }, this.controls());
    this.heads = h("tr", {}, this.head(DOCUMENT, t("survey.document")), questions.map((question, index) => this.head(index, question)));
    this.body = h("tbody");
    this.table = h("div", { class: "survey-scroll", role: "region", tabindex: "0", "aria-label": t("survey.table"), hidden: true }, h(
      "table", { class: "survey-table" }, h("thead", {}, this.heads), this.body,
    ));
    this.under = h("div", { class: "survey-under" });
    this.end = h("div");
    this.element = h(
      "article", { class: "turn survey" },
      said("h2", questions.length > 1 ? t("survey.title", { n: questions.length }) : questions[0], { class: "question" }),
      asked, this.going, this.tools, this.table, this.under, this.end,
    );
  }

  controls() {
    const option = (value, text) => h("option", { value: String(value), text });
    const columns = [option(DOCUMENT, t("survey.document")), ...this.questions.map((question, index) => option(index, question))];
    this.where = h("select", { class: "field", "aria-label": t("survey.where"), on: { change: () => this.draw() } }, option(ANY, t("survey.where.any")), columns);
    this.wanted = h("input", {
      class: "field", type: "search", placeholder: t("survey.wanted"), "aria-label": t("survey.wanted.label"), dir: "auto",
      on: { input: () => this.draw() },
    });
    this.only = h("input", { type: "checkbox", on: { change: () => this.draw() } });
    this.order = h("select", { class: "field survey-order", "aria-label": t("survey.sort"), on: { change: () => {
      const [column, down] = this.order.value.split(" ");
      this.sortBy(column ? Number(column) : null, down === "down");
    } } }, option("", t("survey.sort")), [DOCUMENT, ...this.questions.keys()].map((column) => {
      const name = column === DOCUMENT ? t("survey.document") : this.questions[column];
      return [option(`${column} up`, `↑ ${name}`), option(`${column} down`, `↓ ${name}`)];
    }));
    this.shown = h("span", { class: "muted small", role: "status" });
    const save = saveMenu((format) => this.download(format), { label: t("save.as"), formats: ["xlsx", "csv", "markdown"] });
    return [
      this.where, this.wanted, this.order, h("label", { class: "pick" }, this.only, h("span", { text: t("survey.only") })),
      h("span", { class: "grow" }), this.shown, save,
    ];
  }

  head(column, name) {
    const sort = h("button", { type: "button", class: "survey-sort", on: { click: () => this.sortBy(column, this.sort.column === column && !this.sort.down) } });
    add(sort, said("span", name), h("span", { class: "arrow", "aria-hidden": "true" }));
    return h("th", { scope: "col", data: { column: String(column) } }, sort);
  }

  /** Ask, and show rows as they come. */
  async run(signal) {
    for await (const [name, data] of survey({ questions: this.questions, filter: this.filter }, signal)) {
      if (name === "begin") this.begin(data);
      else if (name === "row") this.take(data);
      else if (name === "error") this.failed(data);
      else this.done(data);
    }
  }

  begin({ asked }) {
    this.asked = asked;
    this.progress.max = Math.max(asked, 1);
    this.progress.value = 0;
    this.count.textContent = t("survey.asking", { done: 0, n: asked });
    this.tools.hidden = this.table.hidden = asked === 0;
  }

  take(row) {
    for (const cell of row.cells) for (const citation of cell.citations) this.citations.set(citation.number, citation);
    const made = { ...row, element: this.row(row) };
    this.rows.push(made);
    this.progress.value = this.rows.length;
    this.count.textContent = t("survey.asking", { done: this.rows.length, n: this.asked });
    if (this.sort.column !== null || this.filtered) this.drawSoon();
    else {
      if (this.all || this.rows.length <= AT_FIRST) this.body.append(made.element);
      this.count.isConnected && this.sayShown(this.rows.length);
    }
  }

  row(row) {
    const open = said("button", row.title || row.source, { type: "button", class: "document-open", on: {
      click: () => this.more.onPassage({ document: row.id, title: row.title }, open),
    } });
    return h("tr", {}, h("th", { scope: "row" }, open), row.cells.map((cell, index) => this.cell(cell, index)));
  }

  cell(cell, index) {
    // On a phone there are no heads: each cell says what it answers.
    const label = said("span", this.questions[index], { class: "survey-label", "aria-hidden": "true" });
    if (!cell.says) return h("td", { class: "silent" }, label, h("span", { text: t("survey.silent") }));
    const marks = h("span", { class: "refs" }, cell.citations.map((citation) => refOf(this, citation.number)));
    return h(
      "td", { class: typeof cell.value === "number" ? "number" : null }, label,
      h("span", { class: "survey-words", dir: "auto" }, cell.words, marks),
      cell.notice && said("span", cell.notice, { class: "muted small" }),
    );
  }

  done({ says, asked }) {
    this.going.remove();
    if (asked) this.says.forEach((place, index) => { place.textContent = t("survey.says", { n: says[index], all: asked }); });
    fill(this.end, h("p", { class: "muted small", text: asked ? t("survey.kept") : t("survey.none") }));
    this.draw();
    announce(t("survey.done", { n: asked }));
  }

  failed(error) {
    this.going.remove();
    const again = button(t(this.rows.length ? "survey.goon" : "ask.again"), () => this.more.onAgain(this), { class: "plain" });
    fill(this.end, h("div", { class: "failure", role: "alert" }, said("p", error.sentence ?? error.message), again));
  }

  stopped() {
    this.going.remove();
    const words = t("survey.stopped", { done: this.rows.length, n: this.asked });
    fill(this.end, h("p", { class: "stopped", text: words }), button(t("survey.goon"), () => this.more.onAgain(this), { class: "plain" }));
    announce(words);
  }

  get filtered() { return this.wanted.value.trim() !== "" || this.only.checked; }

  sortBy(column, down = false) {
    this.sort = { column, down };
    this.order.value = column === null ? "" : `${column} ${down ? "down" : "up"}`;
    for (const head of this.heads.children) {
      const mine = Number(head.dataset.column) === column;
      if (mine) head.setAttribute("aria-sort", down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
      head.querySelector(".arrow").textContent = mine ? (down ? "↓" : "↑") : "";
    }
    this.draw();
  }

  /** The rows that are wanted, in order. */
  chosen() {
    const column = Number(this.where.value);
    const words = this.wanted.value.trim();
    const kept = this.rows.filter((row) => {
      if (this.only.checked && !row.cells.some((cell) => cell.says)) return false;
      if (!words) return true;
      const title = row.title.toLowerCase().includes(words.toLowerCase());
      if (column === DOCUMENT) return title;
      return column === ANY ? title || row.cells.some((cell) => holds(cell, words)) : holds(row.cells[column], words);
    });
    return this.sort.column === null ? kept : inOrder(kept, this.sort.column, this.sort.down);
  }

  drawSoon() {
    this.waiting ??= setTimeout(() => this.draw(), Math.max(0, this.drawn + DRAWN_EVERY - Date.now()));
  }

  draw() {
    clearTimeout(this.waiting);
    this.waiting = null;
    this.drawn = Date.now();
    const chosen = this.chosen();
    const shown = this.all ? chosen : chosen.slice(0, AT_FIRST);
    const focused = this.body.contains(document.activeElement) ? document.activeElement : null;
    this.body.replaceChildren(...shown.map((row) => row.element));
    if (focused?.isConnected) focused.focus({ preventScroll: true });
    this.sayShown(chosen.length);
    fill(
      this.under, !chosen.length && this.rows.length > 0 && h("p", { class: "muted", text: t("survey.nomatch") }),
      shown.length < chosen.length && button(t("answer.all", { n: chosen.length }), () => { this.all = true; this.draw(); }, { class: "plain" }),
    );
  }

  sayShown(n) {
    this.shown.textContent = n < this.rows.length ? t("survey.shown", { shown: n, n: this.rows.length }) : "";
  }

  /** Where the rows that are shown, in their order, can be had as a file. */
  download(format) {
    const chosen = this.chosen();
    const { column, down } = this.sort;
    const filter = { ...this.filter };
    if (chosen.length < this.rows.length) {
      if (chosen.length <= MOST_IDS && chosen.length) filter.documents = chosen.map(({ id }) => id);
      else toast(t("survey.save.all"));
    }
    const sort = column === null || column === DOCUMENT ? 0 : (column + 1) * (down ? -1 : 1);
    return [path("/v1/survey", { format }), { questions: this.questions, filter, sort }];
  }

  /** Mark the footnote that the source pane shows; null for none. */
  mark(number) {
    for (const made of this.body.querySelectorAll(".ref")) made.classList.toggle("open", Number(made.dataset.number) === number);
  }
}
