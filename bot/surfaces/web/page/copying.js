// Answers on the clipboard: as text, as Markdown, as a link.
import { placeOf } from "/web/answer.js";
import { h, toast } from "/web/dom.js";
import { numbersShown, statementsShown, verdictWords } from "/web/short.js";
import { t } from "/web/words.js";

/** Put `text` on the clipboard and say so. */
export async function copyText(text) {
  toast(t(await copied(text) ? "answer.copied" : "answer.notcopied"));
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Outside https and loopback there is no clipboard interface; the old way still works there.
    const field = h("textarea", { class: "unseen", "aria-hidden": "true", value: text });
    const focused = document.activeElement;
    document.body.append(field);
    field.select();
    const worked = document.execCommand("copy");
    field.remove();
    focused?.focus();
    return worked;
  }
}

/** The address that opens an answer again, at one of its footnotes. */
export function footnoteLink(answer, number = 0) {
  return `${location.origin}/${footnoteHash(answer, number)}`;
}

/** The same within the page. */
export function footnoteHash(answer, number = 0) {
  return `#/c/${answer.conversation}/${answer.id}${number ? `/${number}` : ""}`;
}

/** The address that opens a document at the words of a citation, for whoever may read it. */
function placeLink({ document, start, end }) {
  return `${location.origin}/#document=${document}&start=${start}&end=${end}`;
}

/** An answer as Markdown with its footnotes, each with a link to its place. */
export function markdownOf(answer) {
  const lines = [`**${plain(answer.question)}**`, ""];
  const marks = (numbers) => numbers.map((n) => `[^${n}]`).join("");
  const shown = numbersShown(answer);
  let verdict = answer.verdict ? `**${verdictWords(answer)}** ` : "";
  if (answer.short && verdict) lines.push(verdict.trim() + marks(shown), "");
  for (const statement of statementsShown(answer)) {
    const words = plain(statement.text);
    // Beside a model's words, or yes or no, the documents' own.
    const own = (answer.model !== "quotes" || answer.verdict) && statement.support === "quoted";
    lines.push(verdict + (own ? `“${words}”` : words) + marks(statement.citations), "");
    verdict = "";
  }
  for (const citation of answer.citations.filter(({ number }) => shown.includes(number))) {
    const named = plain([citation.title, placeOf(citation)].filter(Boolean).join(", "));
    lines.push(`[^${citation.number}]: [${named}](${placeLink(citation)}): “${plain(citation.quote)}”`);
  }
  return `${lines.join("\n").trim()}\n`;
}

// As escape_markdown in bot/text/markdown.py: only what would be markup where it stands.
const MARKUP = /[\\`*[\]~|]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])|<(?=[A-Za-z/!?])|&(?=#?\w+;)|\$(?=[^\s\d][^$]*\$)/gu;

/** Text as one line of Markdown that shows every character as it stands. */
function plain(text) {
  return text.replace(/\s+/g, " ").trim()
    .replace(MARKUP, "\\$&")
    .replace(/^([#>+=-]|\d+(?=[.)]))/, (mark) => (/\d/.test(mark) ? `${mark}\\` : `\\${mark}`));
}
