// The card that shows a footnote's quote beside its number.
import { h, said } from "/web/dom.js";
import { placeOf } from "/web/answer.js";

let card = null;
let owner = null;

/** Show the quote of `citation` beside the button `ref`. */
export function showQuote(ref, citation) {
  hideQuote();
  const place = placeOf(citation);
  card = h(
    "div", { class: "quote-card", role: "tooltip", id: "quote-card" },
    said("p", citation.quote, { class: "quote" }),
    said("p", place ? `${citation.title}, ${place}` : citation.title, { class: "from" }),
  );
  document.body.append(card);
  owner = ref;
  ref.setAttribute("aria-describedby", "quote-card");
  const at = ref.getBoundingClientRect();
  const size = card.getBoundingClientRect();
  const left = Math.max(16, Math.min(at.left - 24, innerWidth - size.width - 16));
  const above = at.top - size.height - 8;
  card.style.left = `${left}px`;
  card.style.top = `${above > 8 ? above : Math.min(at.bottom + 8, innerHeight - size.height - 8)}px`;
}

/** Take the card away. */
export function hideQuote() {
  owner?.removeAttribute("aria-describedby");
  card?.remove();
  owner = null;
  card = null;
}

addEventListener("scroll", hideQuote, { capture: true, passive: true });
