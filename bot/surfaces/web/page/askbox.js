// The box that questions are written in.
import { add, announce, fill, h, icon } from "/web/dom.js";
import { FilterPanel } from "/web/filter.js";
import { chooseShort, shortChosen } from "/web/short.js";
import { onChange, state } from "/web/state.js";
import { modelName, t } from "/web/words.js";

/** Questions that are asked of each document, at most (SurveyIn in bot/surfaces/web/shapes.py). */
const MOST_QUESTIONS = 20;

export class AskBox {
  /** @param {object} more `onAsk(question)`, `onSurvey(questions)`, `onStop()`, `recall()` → earlier questions, newest first. */
  constructor(more) {
    this.more = more;
    this.recalled = -1;
    this.running = false;
    this.input = h("textarea", {
      id: "ask", rows: 1, dir: "auto", "aria-label": t("ask.label"), "aria-describedby": "ask-hint",
      placeholder: t("ask.placeholder"), autocomplete: "off", enterkeyhint: "send",
    });
    this.send = h("button", { type: "submit", class: "strong send" });
    this.length = h("span", { class: "small trouble", hidden: true });
    this.filter = new FilterPanel(this.input);
    this.each = h("button", {
      type: "button", class: "quiet", "aria-pressed": "false", title: t("survey.each.title"), on: { click: () => this.toggleEach() },
    });
    add(this.each, icon("rows"), t("survey.each"));
    this.isShort = shortChosen();
    this.short = h("button", {
      type: "button", class: "quiet", title: t("ask.short.title"), on: { click: () => this.toggleShort() },
    });
    add(this.short, icon("short"), t("ask.short"));
    const row = h("div", { class: "ask-row" }, this.filter.toggle, this.each, this.short, this.filter.chips, this.length, this.send);
    this.box = h(
      "form", { class: "ask-box" }, this.filter.panel, this.input, row,
      h("p", { id: "ask-hint", class: "unseen", text: t("ask.hint") }),
    );
    this.plainly = h("p", { class: "plainly" });
    this.element = h("div", { class: "asking" }, h("div", { class: "column" }, this.box, this.plainly));
    this.box.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.running) this.more.onStop();
      else this.ask();
    });
    this.input.addEventListener("input", () => { this.recalled = -1; this.fit(); });
    this.input.addEventListener("keydown", (event) => this.key(event));
    onChange("status", () => { this.sayPlainly(); this.showShort(); });
    this.showShort();
    this.run(false);
  }

  focus() { this.input.focus(); }

  /** Put a question into the box. */
  write(text) {
    this.input.value = text;
    this.fit();
  }

  /** Show whether an answer is on its way. */
  run(running) {
    this.running = running;
    fill(this.send, icon(running ? "stop" : "up"));
    this.send.setAttribute("aria-label", t(running ? "ask.stop" : "ask.send"));
    this.send.title = t(running ? "ask.stop" : "ask.send");
    this.input.placeholder = t(this.asksEach ? "survey.placeholder" : state.conversation ? "ask.follow" : "ask.placeholder");
  }

  /** Whether each document is asked, and each line is a question. */
  get asksEach() { return this.each.getAttribute("aria-pressed") === "true"; }

  toggleEach() {
    this.each.setAttribute("aria-pressed", String(!this.asksEach));
    this.showShort();
    this.run(this.running);
    this.fit();
    this.focus();
  }

  /** Whether answers are short holds from the next one on. */
  toggleShort() {
    this.isShort = this.short.getAttribute("aria-pressed") !== "true";
    chooseShort(this.isShort);
    this.showShort();
    this.focus();
  }

  /** Short is what quotes can be: no model's words, no table. */
  showShort() {
    this.short.setAttribute("aria-pressed", String(this.isShort ?? state.status?.short_answers ?? false));
    this.short.hidden = this.asksEach || Boolean(state.status?.writes);
  }

  /** The questions that are written: one, or one a line. */
  questions() {
    const lines = this.asksEach ? this.input.value.split("\n") : [this.input.value];
    return [...new Set(lines.map((line) => line.trim()).filter(Boolean))];
  }

  ask() {
    const questions = this.questions();
    if (!questions.length || this.trouble()) return;
    this.write("");
    this.recalled = -1;
    this.filter.close();
    if (this.asksEach) this.more.onSurvey(questions);
    else this.more.onAsk(questions[0]);
  }

  key(event) {
    // While an input method composes, Enter and the arrows are its own.
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      if (!this.running) this.ask();
    } else if (event.key === "ArrowUp" && (this.recalled >= 0 || !this.input.value)) {
      this.recall(event, 1);
    } else if (event.key === "ArrowDown" && this.recalled >= 0) {
      this.recall(event, -1);
    }
  }

  recall(event, step) {
    const earlier = this.more.recall();
    const index = this.recalled + step;
    if (index >= earlier.length) return;
    event.preventDefault();
    this.write(index < 0 ? "" : earlier[index]);
    this.recalled = Math.max(-1, index);
    this.input.setSelectionRange(this.input.value.length, this.input.value.length);
  }

  /** Why this cannot be asked, in words; "" where it can. */
  trouble() {
    const questions = this.questions();
    const most = state.status?.limits.question_characters ?? Infinity;
    const n = Math.max(0, ...questions.map((question) => [...question].length));
    if (n > most) return t("ask.long", { n, most });
    return questions.length > MOST_QUESTIONS ? t("survey.many", { n: questions.length, most: MOST_QUESTIONS }) : "";
  }

  fit() {
    this.input.style.height = "auto";
    this.input.style.height = `${this.input.scrollHeight}px`;
    const trouble = this.trouble();
    if (trouble) {
      this.length.textContent = trouble;
      if (this.length.hidden) announce(trouble);
    }
    this.length.hidden = !trouble;
    this.send.disabled = Boolean(trouble);
  }

  /** Say which model writes, and whether text leaves the machine. */
  sayPlainly() {
    const { status } = state;
    if (!status) return;
    const who = status.writes ? t("plainly.writes", { model: modelName(status.model) }) : t("plainly.quotes");
    const where = status.text_leaves ? t("plainly.leaves", { place: status.text_goes_to }) : t("plainly.stays");
    this.plainly.classList.toggle("leaves", status.text_leaves);
    const log = status.question_log;
    const kept = log ? t(log.names ? "plainly.log.names" : "plainly.log", { n: log.days }) : "";
    add(fill(this.plainly), h("span", { dir: "auto", text: [who, where, kept].filter(Boolean).join(" ") }));
  }
}
