// One turn of a conversation: the question, statements as they come, footnotes, what was found.
import { path } from "/web/api.js";
import { add, announce, button, fill, h, icon, iconButton, said } from "/web/dom.js";
import { copyText, footnoteLink, markdownOf } from "/web/copying.js";
import { thumbs } from "/web/feedback.js";
import { Long } from "/web/long.js";
import { labelRef, refOf } from "/web/ref.js";
import { saveMenu } from "/web/saving.js";
import { numbersShown, statementsShown, verdictLine, verdictWords } from "/web/short.js";
import { modelName, seconds, t, translated } from "/web/words.js";

/** Where a citation or passage stands, in words: "p. 4, Termination". */
export function placeOf(citation) {
  const parts = [];
  const place = citation.place || (citation.page ? t("answer.page", { n: citation.page }) : "");
  for (const part of [place, citation.heading ?? ""]) {
    // Many a document's first heading is its title: once is enough.
    const bare = part === citation.title ? "" : part.replace(`${citation.title} › `, "");
    if (bare && !parts.includes(bare)) parts.push(bare);
  }
  return parts.join(", ");
}

export class Turn {
  /**
   * @param {string} question What was asked.
   * @param {object} more `onSource(turn, number)`, `onPassage(passage)`, `onAgain(question)`.
   */
  constructor(question, more) {
    this.question = question;
    this.more = more;
    this.answer = null;
    this.citations = new Map();
    this.shown = [];
    this.long = new Long(this);
    this.aside = new Set();
    this.feedback = null;
    this.body = h("div", { class: "turn-body" });
    this.statements = h("div", { class: "statements" });
    this.element = h("article", { class: "turn" }, said("h2", question, { class: "question" }), this.body);
    this.waiting = h("p", { class: "waiting", text: t("ask.searching") });
  }

  /** Show that the question is on its way. */
  wait() {
    add(this.body, this.waiting);
    return this;
  }

  /** What was found, before anything is answered. */
  found(data) {
    this.foundModel = data.model;
    this.waiting.textContent = t("ask.reading", { n: data.passages.length });
    this.body.prepend(this.statements);
    if (data.searched_for) this.body.prepend(searchedFor(data.searched_for));
  }

  /** Who answers, as far as is known: a model's words and the documents' own are told apart. */
  get model() { return this.answer?.model ?? this.foundModel ?? "quotes"; }

  /** A statement that has passed its check. */
  stated(statement) {
    for (const footnote of statement.footnotes ?? []) this.citations.set(footnote.number, footnote);
    if (!this.statements.isConnected) this.body.prepend(this.statements);
    const index = statement.index ?? this.shown.length;
    this.place(statement, index);
    if (this.long.waits(index)) this.shown[index].element.hidden = true;
    else announce(statement.text);
  }

  /** The whole answer, new or kept. */
  done(answer, { feedback = null, fresh = false } = {}) {
    this.answer = answer;
    this.feedback = feedback;
    this.citations = new Map(answer.citations.map((citation) => [citation.number, citation]));
    const statements = statementsShown(answer);
    statements.forEach((statement, index) => this.place(statement, index, fresh));
    for (const extra of this.shown.splice(statements.length)) extra.element.remove();
    // What stands side by side need not be read twice.
    this.aside = new Set(answer.conflicts.flatMap((conflict) => conflict.statements));
    this.refreshRefs();
    fill(
      this.body,
      answer.searched_for && searchedFor(answer.searched_for),
      answer.notice && said("p", translated(answer.notice), { class: "notice" }),
      this.disagreement(),
      verdictLine(this),
      statements.length > this.aside.size && this.statements,
      this.long.button(),
      answer.abstained && this.abstention(),
      this.notes(),
      this.withheld(),
      !answer.abstained && answer.passages.length > 0
        && this.passages(t("answer.looked", { n: answer.passages.length })),
      this.foot(),
    );
    this.long.fold();
    if (fresh) {
      const complete = t("answer.done", { n: numbersShown(answer).length });
      announce(answer.abstained ? t("answer.abstained") : [verdictWords(answer), complete].filter(Boolean).join(" "));
    }
    return this;
  }

  /** The answer is kept, but not for this reader. */
  hidden() {
    fill(this.body, h("p", { class: "notice", text: t("answer.hidden") }));
    return this;
  }

  failed(error) {
    this.waiting.remove();
    const sentence = error.sentence ?? error.message;
    add(this.body, h(
      "div", { class: "failure", role: "alert" }, said("p", sentence),
      button(t("ask.again"), () => this.more.onAgain(this), { class: "plain" }),
    ));
  }

  stopped() {
    this.waiting.remove();
    add(this.body, h("p", { class: "stopped", text: t("ask.stopped") }));
    announce(t("ask.stopped"));
  }

  /** Put a statement in its place; one that already reads so stays, with its focus. */
  place(statement, index, fresh = true) {
    const whose = this.model === "quotes" ? "" : statement.support === "quoted" ? "documents"
      : statement.support === "computed" ? "code" : "model";
    // Whose words they are is said where that changes.
    const by = whose === (this.shown[index - 1]?.whose ?? "") ? "" : whose;
    const { text, citations, support, note, answer } = statement;
    const key = JSON.stringify([text, citations, support, note, answer, whose, by]);
    if (this.shown[index]?.key === key) return;
    const element = this.statement(statement, { fresh, whose, by });
    if (this.shown[index]) this.shown[index].element.replaceWith(element);
    else this.statements.append(element);
    this.shown[index] = { key, element, whose };
  }

  statement(statement, { fresh, whose, by }) {
    const made = h("p", { class: fresh ? "statement fresh" : "statement", dir: "auto", data: whose ? { by: whose } : {} });
    if (by) add(made, h("span", { class: "by", dir: "auto", text: t(`answer.by.${by}`) }));
    if (statement.answer) {
      const points = Array.from(statement.text); // offsets count code points, a string of JavaScript counts UTF-16
      const { start, end } = statement.answer;
      const run = (from, to) => points.slice(from, to).join("");
      add(made, run(0, start), h("strong", { class: "words", text: run(start, end) }), run(end));
    } else {
      add(made, statement.text);
    }
    add(made, this.refs(statement.citations));
    if (statement.support === "partly") {
      add(made, said("span", statement.note || t("answer.partly"), { class: "doubt" }));
    }
    return made;
  }

  refs(numbers) {
    if (!numbers.length) return null;
    return h("span", { class: "refs" }, ...numbers.map((number) => refOf(this, number)));
  }

  refreshRefs() {
    for (const ref of this.statements.querySelectorAll(".ref")) labelRef(this, ref);
  }

  notes() {
    if (!this.answer.citations.length) return null;
    const verbatim = new Set(statementsShown(this.answer).map((statement) => statement.text.trim()));
    const numbers = new Set(numbersShown(this.answer));
    const list = h("ol", { class: "notes", "aria-label": t("answer.notes") });
    for (const citation of this.answer.citations.filter(({ number }) => numbers.has(number))) {
      const place = placeOf(citation);
      const open = h(
        "button", { type: "button", class: "note-open", on: { click: () => this.more.onSource(this, citation.number, open) } },
        h("span", { class: "note-number", text: String(citation.number) }),
        h(
          "span", {}, h(
            "span", { class: "note-of" }, said("bdi", citation.title, { class: "note-title" }),
            place && h("span", { class: "note-place" }, ", ", said("bdi", place)),
          ),
          // What the answer quotes word for word need not be read twice, but on paper it belongs to its footnote.
          said("span", citation.quote, { class: verbatim.has(citation.quote.trim()) ? "note-quote on-paper" : "note-quote" }),
        ),
      );
      const link = this.answer.conversation && iconButton("link", t("answer.copy.note"), () =>
        copyText(footnoteLink(this.answer, citation.number)));
      add(list, h("li", { class: "note", data: { number: citation.number } }, open, link));
    }
    return list;
  }

  disagreement() {
    const { conflicts, statements } = this.answer;
    if (!conflicts.length) return null;
    return conflicts.map((conflict) => h(
      "section", { class: "disagree" },
      h("h3", { text: t(`answer.conflict.${conflict.kind}`) }),
      h("div", { class: "sides" }, ...conflict.statements.map((index, i) => {
        const statement = statements[index];
        if (!statement) return null;
        const from = [...new Set(statement.citations.map((n) => this.citations.get(n)?.title).filter(Boolean))];
        return h(
          "div", { class: "side-by" },
          conflict.values[i] && said("p", conflict.values[i], { class: "value" }),
          add(said("p", statement.text), this.refs(statement.citations)),
          said("p", from.join(", "), { class: "from" }),
        );
      })),
    ));
  }

  abstention() {
    const { answer } = this;
    const searched = answer.searched && `${t("answer.searched", { what: searchedWhat(answer.searched) })} `;
    const [says, aside] = /^no documents/.test(answer.searched) ? [t("answer.nothing"), t("welcome.empty")]
      : /^0 /.test(answer.searched) ? [t("answer.nothing"), searched]
        : [t("answer.abstained"), searched + t("answer.nosources")];
    const box = h(
      "div", { class: "abstention" }, h("p", { class: "abstention-says", text: says }),
      add(h("p", { class: "aside" }), aside),
    );
    if (answer.passages.length) add(box, this.passages(t("answer.nearest", { n: answer.passages.length })));
    return box;
  }

  passages(label) {
    const fold = h("details", { class: "fold" }, h("summary", { text: label }));
    // Built when it is unfolded: most never are.
    fold.addEventListener("toggle", () => {
      if (fold.childElementCount > 1) return;
      add(fold, this.answer.passages.map((passage) => this.passage(passage)));
    });
    return fold;
  }

  passage(passage) {
    const made = h(
      "button", { type: "button", class: "passage", on: { click: () => this.more.onPassage(passage, made) } },
      said("span", [passage.title, placeOf(passage)].filter(Boolean).join(", "), { class: "from" }),
      said("span", passage.text, { class: "text" }),
    );
    return made;
  }

  withheld() {
    const { withheld } = this.answer;
    if (!withheld.length) return null;
    return h(
      "details", { class: "fold withheld" }, h("summary", { text: t("answer.withheld", { n: withheld.length }) }),
      h("ul", {}, ...withheld.map((item) => h(
        "li", {}, said("q", item.text), said("span", item.reason, { class: "why" }),
      ))),
    );
  }

  foot() {
    const { answer } = this;
    const foot = h("div", { class: "turn-foot" });
    if (answer.statements.length) {
      add(
        foot, act("copy", t("answer.copy"), () => copyText(answer.text)),
        act("copy", t("answer.copy.markdown"), () => copyText(markdownOf(answer))),
      );
    }
    if (answer.statements.length || answer.abstained) {
      add(foot, saveMenu((format) => path(`/v1/answers/${answer.id}/export`, { format }), { label: t("save.as") }));
    }
    if (answer.conversation) add(foot, act("link", t("answer.copy.link"), () => copyText(footnoteLink(answer))));
    if (answer.statements.length || answer.abstained) add(foot, thumbs(answer.id, this.feedback));
    const by = answer.model === "quotes" ? t("answer.meta.quotes") : modelName(answer.model);
    const meta = [by, seconds(answer.seconds), tokens(answer.usage)].filter(Boolean).join(" · ");
    add(foot, said("span", meta, { class: "meta" }));
    return foot;
  }

  /** Mark the footnote that the source pane shows; null for none. */
  mark(number) {
    if (this.element.querySelector(`.note[data-number="${Number(number)}"][hidden]`)) this.long.showAll();
    for (const made of this.element.querySelectorAll(".ref, .note")) {
      made.classList.toggle("open", Number(made.dataset.number) === number);
    }
  }
}

/** What was searched, which the server says in English, in the words of the page. */
function searchedWhat(said) {
  const found = /^(all )?(\d+) documents?(?: in (.+)| (that match the filter))?$/.exec(said);
  if (!found) return said;
  const [, , n, names, match] = found;
  return t(names ? "searched.in" : match ? "searched.match" : "searched.all", { n: Number(n), names });
}

/** What a model used for an answer, quietly: its tokens, or that it had answered the same before. */
function tokens(usage) {
  if (!usage) return "";
  const n = usage.read + usage.written;
  return n ? t("answer.meta.tokens", { n }) : usage.kept ? t("answer.meta.kept") : "";
}

function act(name, label, onClick) {
  const made = button("", onClick, { class: "quiet" });
  return add(made, icon(name), label);
}

function searchedFor(text) {
  return said("p", t("answer.searchedfor", { text }), { class: "aside" });
}
