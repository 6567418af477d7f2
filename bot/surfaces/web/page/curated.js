// Answers that editors write: the list with the state of their sources, and the form.
import { get, post, put, remove } from "/web/api.js";
import { add, button, fill, h, said, toast } from "/web/dom.js";
import { confirmed } from "/web/dialogs.js";
import { placeOf } from "/web/answer.js";
import { tell } from "/web/state.js";
import { day, t } from "/web/words.js";

const NEAREST = 8;

export class Curated {
  /** @param {object} more `onOpen(run, from)`, `onKept(answer, gap)`. */
  constructor(more) {
    this.more = more;
    this.list = h("ul", { class: "gaps" });
    this.heading = h("h2", { text: t("desk.curated"), tabindex: "-1" });
    this.element = h("section", { "aria-label": t("desk.curated") }, this.heading, this.list);
  }

  async load() {
    const { answers } = await get("/v1/desk/answers");
    fill(this.list, answers.map((answer) => this.row(answer)), !answers.length && h("li", { class: "muted", text: t("desk.curated.none") }));
  }

  row(answer) {
    const row = h(
      "li", { class: "gap" }, said("h3", answer.questions[0]), said("p", answer.text),
      h("p", { class: "muted small", text: t("desk.curated.written", { day: day(answer.written), collection: answer.collection }) }),
      !answer.current && h("p", { class: "document-note", text: t("desk.curated.changed") }),
      answer.sources.length > 0 && h("ul", { class: "desk-list" }, answer.sources.map((source) => this.source(source))),
      h(
        "div", { class: "row" },
        button(t("desk.edit"), () => this.write({ answer, questions: answer.questions, place: row }), { class: "plain" }),
        button(t("library.remove"), () => this.remove(answer), { class: "plain", "aria-label": t("library.remove.of", { title: answer.questions[0] }) }),
      ),
    );
    return row;
  }

  source(source) {
    const there = source.start !== null;
    const open = said("button", source.title, { type: "button", class: "document-open", disabled: !there, on: {
      click: () => this.more.onOpen({ ...source }, open),
    } });
    return h("li", {}, open, said("span", `“${source.quote}”`, { class: "muted small clamp" }), source.state !== "current" && h(
      "span", { class: source.state === "moved" ? "muted small" : "document-note", text: t(`desk.source.${source.state}`) },
    ));
  }

  async remove(answer) {
    if (!await confirmed(t("desk.curated.remove"), t("library.remove.text", { title: answer.questions[0] }), t("library.remove"))) return;
    try { await remove(`/v1/documents/${answer.id}`); } catch (error) { toast(error.sentence ?? error.message); return; }
    toast(t("library.removed"), { label: t("library.undo"), act: () => this.restore(answer) });
    tell("documents");
    await this.load();
    this.heading.focus();
  }

  async restore(answer) {
    try { await post(`/v1/documents/${answer.id}/restore`, {}); } catch (error) { toast(error.sentence ?? error.message); }
    tell("documents");
    await this.load();
  }

  /**
   * Open the form below `place`; at its end the focus goes back.
   * @param {object} what `questions`, `place`, and `answer` that is written again, or `gap` that it is written to.
   */
  write({ questions, place, answer = null, gap = null }) {
    place.querySelector(".write")?.remove();
    const back = document.activeElement;
    const close = () => { form.remove(); if (back?.isConnected) back.focus(); };
    const text = h("textarea", { class: "field", rows: 4, required: true, maxlength: 10000, dir: "auto", id: "desk-text", value: answer?.text ?? "" });
    const asked = h("textarea", { class: "field", rows: Math.min(6, questions.length + 1), required: true, dir: "auto", id: "desk-questions", value: questions.join("\n") });
    const sources = h("fieldset", { class: "sources" }, h("legend", { text: t("desk.sources") }));
    const find = h("input", { class: "field", type: "search", dir: "auto", value: questions[0], "aria-label": t("desk.sources.find"), maxlength: 2000 });
    const nearest = h("div", {});
    for (const source of answer?.sources ?? []) if (source.start !== null) add(sources, pick(source, true));
    const search = async () => {
      if (!find.value.trim()) return;
      try {
        const { passages } = await post("/v1/search", { query: find.value.trim(), limit: NEAREST });
        fill(nearest, passages.filter((one) => one.document !== answer?.id).map((one) => pick(one, false)), !passages.length && h("p", { class: "muted small", text: t("filter.none") }));
      } catch (error) { fill(nearest, h("p", { class: "trouble", text: error.sentence ?? error.message })); }
    };
    find.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); search(); } });
    add(sources, h("div", { class: "row" }, find, button(t("desk.sources.do"), search, { class: "plain" })), nearest);
    const trouble = h("p", { class: "trouble", role: "alert" });
    const form = h(
      "form", { class: "write", on: { submit: async (event) => {
        event.preventDefault();
        trouble.textContent = "";
        const chosen = [...sources.querySelectorAll("input:checked")].map((input) => input.run);
        const body = {
          questions: asked.value.split("\n").map((line) => line.trim()).filter(Boolean), text: text.value,
          sources: chosen.map(({ document, start, end }) => ({ document, start, end })),
        };
        try {
          const kept = answer ? await put(`/v1/desk/answers/${answer.id}`, body) : await post("/v1/desk/answers", body);
          close();
          await this.load();
          await this.more.onKept(kept, gap);
        } catch (error) { trouble.textContent = error.sentence ?? error.message; }
      } } },
      h("label", { class: "label", for: "desk-text", text: t("desk.text") }), text,
      h("label", { class: "label", for: "desk-questions", text: t("desk.questions") }), asked,
      sources, trouble,
      h("div", { class: "row end" }, button(t("app.cancel"), close, { class: "plain" }), h("button", { class: "strong", text: t("desk.keep") })),
    );
    form.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      close();
    });
    for (const other of document.querySelectorAll(".write")) other.remove();
    add(place, form);
    text.focus();
    search();
  }
}

/** A run of a document to choose as a footnote. */
function pick(run, checked) {
  const input = h("input", { type: "checkbox" });
  input.checked = checked;
  input.run = run;
  const from = [run.title, run.place !== undefined && placeOf(run)].filter(Boolean).join(", ");
  return h("label", { class: "pick" }, input, h("span", {}, said("span", from, { class: "muted small" }), said("span", run.text ?? run.quote, { class: "clamp" })));
}
