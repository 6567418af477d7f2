// What an answer begins with, yes or no, and what is shown of one that is short.
import { h } from "/web/dom.js";
import { t } from "/web/words.js";

/** The statements as they are shown: of a short answer the words that answer, beside a verdict none. */
export function statementsShown(answer) {
  if (!answer.short) return answer.statements;
  if (answer.verdict) return [];
  return answer.statements.map((statement) => {
    if (!statement.answer) return statement;
    const { text } = statement.answer;
    return { ...statement, text, answer: { text, start: 0, end: [...text].length } };
  });
}

/** Numbers of the footnotes as they are shown: of a short verdict those of the statements that say so. */
export function numbersShown(answer) {
  if (!answer.short || !answer.verdict) return answer.citations.map((citation) => citation.number);
  const say = answer.statements.filter((statement) => statement.verdict === answer.verdict);
  return [...new Set((say.length ? say : answer.statements).flatMap((statement) => statement.citations))];
}

/** "Yes." or "No." in the page's words; "" where an answer begins with neither. */
export function verdictWords(answer) {
  return answer.verdict ? t(`answer.verdict.${answer.verdict}`) : "";
}

/** The line above the statements that says yes or no: no document's words, so it stands apart; null for none. */
export function verdictLine(turn) {
  const { answer } = turn;
  if (!answer.verdict) return null;
  return h("p", { class: "verdict" }, verdictWords(answer), answer.short && turn.refs(numbersShown(answer)));
}

const KEPT = "footnote.short";

/** Whether answers are to be short, as it was chosen in this browser; null where it was not. */
export function shortChosen() {
  try { return { yes: true, no: false }[localStorage.getItem(KEPT)] ?? null; } catch { return null; }
}

/** Keep what was chosen. */
export function chooseShort(short) {
  try { localStorage.setItem(KEPT, short ? "yes" : "no"); } catch { /* then it holds for this page only */ }
}
