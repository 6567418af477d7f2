// An answer of many statements: ten at once, all of them when asked for.
import { button } from "/web/dom.js";
import { t } from "/web/words.js";

/** Statements that are shown at once. */
const AT_FIRST = 10;

export class Long {
  /** @param {object} turn The turn whose `answer`, `shown` statements and `element` these are. */
  constructor(turn) {
    this.turn = turn;
    this.all = false;
  }

  /** Whether a statement waits for "Show all". */
  waits(index) { return !this.all && index >= AT_FIRST; }

  /** The button that shows all; null for a short answer. */
  button() {
    const n = this.turn.answer.statements.length;
    if (this.all || n <= AT_FIRST) return null;
    return button(t("answer.all", { n }), () => this.showAll(), { class: "plain show-all" });
  }

  /** Show the statements and footnotes that waited, and go on reading at the first of them. */
  showAll() {
    if (this.all || !this.turn.answer) return;
    this.all = true;
    this.turn.element.querySelector(".show-all")?.remove();
    this.fold();
    this.turn.shown[AT_FIRST]?.element.querySelector(".ref")?.focus();
  }

  /** Hide what stands side by side elsewhere, what waits, and the footnotes of nothing that is shown. */
  fold() {
    const { answer, aside, element: turn, shown } = this.turn;
    shown.forEach(({ element }, index) => {
      element.hidden = aside.has(index) || this.waits(index);
      element.classList.toggle("waits", !aside.has(index) && this.waits(index)); // paper has no button to show it
    });
    const wanted = new Set(answer.statements.filter((_, index) => !this.waits(index)).flatMap((s) => s.citations));
    for (const note of turn.querySelectorAll(".note")) {
      note.hidden = !wanted.has(Number(note.dataset.number));
      note.classList.toggle("waits", note.hidden);
    }
  }
}
