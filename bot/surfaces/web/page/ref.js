// The small number that stands for a footnote: it shows the quote, and opens the source.
import { h } from "/web/dom.js";
import { hideQuote, showQuote } from "/web/quote.js";
import { t } from "/web/words.js";

/**
 * The mark of a footnote of a turn.
 * @param {object} turn Has `citations`, a map by number, and `more.onSource(turn, number, from)`.
 * @param {number} number Of the footnote, whose citation may come later.
 */
export function refOf(turn, number) {
  const made = h("button", { type: "button", class: "ref", text: String(number), data: { number } });
  const citation = () => turn.citations.get(number);
  const show = () => { if (citation()) showQuote(made, citation()); };
  made.addEventListener("mouseenter", show);
  made.addEventListener("mouseleave", hideQuote);
  made.addEventListener("focus", show);
  made.addEventListener("blur", hideQuote);
  made.addEventListener("click", () => {
    hideQuote();
    if (citation()) turn.more.onSource(turn, number, made);
  });
  labelRef(turn, made);
  return made;
}

/** Say what a mark leads to, once that is known. */
export function labelRef(turn, ref) {
  const n = Number(ref.dataset.number);
  const citation = turn.citations.get(n);
  ref.setAttribute("aria-label", citation ? t("answer.footnote.of", { n, title: citation.title }) : t("answer.pending", { n }));
}
