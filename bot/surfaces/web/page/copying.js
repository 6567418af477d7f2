// Answers on the clipboard: as text, as Markdown, as a link.
import { h, toast } from "/web/dom.js";
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
  const place = `#/c/${answer.conversation}/${answer.id}${number ? `/${number}` : ""}`;
  return `${location.origin}/${place}`;
}

/** An answer as Markdown with its footnotes. */
export function markdownOf(answer) {
  const lines = [`**${plain(answer.question)}**`, ""];
  for (const statement of answer.statements) {
    lines.push(plain(statement.text) + statement.citations.map((n) => `[^${n}]`).join(""), "");
  }
  for (const citation of answer.citations) {
    const place = citation.place ? `, ${plain(citation.place)}` : "";
    lines.push(`[^${citation.number}]: ${plain(citation.title)}${place}: “${plain(citation.quote)}”`);
  }
  return `${lines.join("\n").trim()}\n`;
}

/** Text as one line of Markdown that shows every character as it stands. */
function plain(text) {
  return text.replace(/\s+/g, " ").trim()
    .replace(/[\\`*_{}[\]<>#|~&$!]/g, "\\$&")
    .replace(/^([-+=]|\d+[.)])/, "\\$1");
}
