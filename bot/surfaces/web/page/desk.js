// The desk: what was asked and not answered, answers that an editor writes to it, what else an owner should see.
import { get, path, post, tellServer } from "/web/api.js";
import { add, announce, button, fill, h, icon, said, toast } from "/web/dom.js";
import { confirmed } from "/web/dialogs.js";
import { Curated } from "/web/curated.js";
import { tell } from "/web/state.js";
import { day, t } from "/web/words.js";

const DOWN = 50;

export class Desk {
  /** @param {object} more `onOpen(run, from)` opens a document, or a run of it, in the source pane. */
  constructor(more) {
    this.more = more;
    this.lead = h("p", { class: "library-lead" });
    this.gaps = h("ul", { class: "gaps" });
    this.curated = new Curated({ onOpen: more.onOpen, onKept: (answer, gap) => this.kept(answer, gap) });
    this.down = section("desk.down");
    this.never = section("desk.never");
    this.noted = section("desk.noted");
    this.element = h("div", { class: "scroll", tabindex: "-1" }, h(
      "div", { class: "column library desk" }, h("h1", { text: t("desk.title") }), this.lead,
      h("section", { "aria-label": t("desk.gaps") }, h("h2", { text: t("desk.gaps") }), this.gaps),
      this.curated.element, this.down.element, this.never.element, this.noted.element,
      h("p", { class: "library-foot" }, add(
        h("a", { class: "quiet", href: "/v1/feedback/export", download: true }), icon("down"), t("library.feedback"),
      )),
    ));
  }

  async load() {
    this.lead.textContent = t("desk.loading");
    const parts = [this.loadGaps(), this.curated.load(), this.loadDown(), this.loadDocuments()];
    try { await Promise.all(parts); } catch (error) { this.lead.textContent = error.sentence ?? error.message; }
  }

  async loadGaps() {
    const found = await get("/v1/desk/gaps");
    this.lead.textContent = [
      found.log.on ? t(found.log.names ? "desk.on.names" : "desk.on", { n: found.log.days }) : t("desk.off"),
      found.answered !== null && found.since && t("desk.totals", { since: day(found.since), answered: found.answered, n: found.unanswered }),
      found.restricted && t("desk.restricted"),
    ].filter(Boolean).join(" ");
    fill(this.gaps, found.gaps.map((gap) => this.gap(gap)), !found.gaps.length && h("li", { class: "muted", text: t("desk.gaps.none") }));
  }

  gap(gap) {
    const results = h("div", { class: "again", role: "status" });
    const again = button(t("desk.again"), () => this.again(gap, row, again, results), { class: "plain" });
    const acts = h(
      "div", { class: "row" },
      button(t("desk.write"), () => this.curated.write({ gap, questions: gap.questions.map((one) => one.text), place: row }), { class: "strong" }),
      h("a", { class: "plain", href: "#/documents", text: t("desk.add") }), again,
      button(t("desk.forget"), () => this.forget(gap, row), { class: "plain" }),
    );
    const wordings = gap.questions.length > 1 || gap.questions[0].names.length > 0;
    const row = h(
      "li", { class: "gap" },
      h("div", { class: "gap-head" }, said("h3", gap.question), h("span", { class: "count", text: t("desk.times", { n: gap.count }) })),
      h("p", { class: "muted small", text: `${trend(gap)} · ${t("desk.last", { day: day(gap.last) })}` }),
      wordings && h(
        "details", { class: "fold" }, h("summary", { text: t("desk.wordings", { n: gap.questions.length }) }),
        h("ul", {}, gap.questions.map((one) => h(
          "li", {}, said("span", one.text), h("span", { class: "muted small", text: [one.count, ...one.names].join(" · ") }),
        ))),
      ),
      acts, results,
    );
    return row;
  }

  async again(gap, row, asking, results) {
    asking.disabled = true;
    results.textContent = t("desk.again.asking");
    let asked;
    try {
      ({ asked } = await post("/v1/desk/again", { ids: gap.ids }));
    } catch (error) {
      results.textContent = error.sentence ?? error.message;
      return;
    } finally { asking.disabled = false; }
    const answered = asked.filter((one) => one.answer).length;
    fill(results, h("p", { text: t("desk.again.done", { n: answered, all: asked.length }) }), h("ul", {}, asked.map((one) => h(
      "li", {}, said("span", one.question), said("span", one.answer || t("answer.abstained"), { class: one.answer ? "good" : "muted" }),
    ))));
    if (answered === asked.length) for (const act of row.querySelectorAll(".row button")) act.disabled = true;
  }

  async forget(gap, row) {
    if (!await confirmed(t("desk.forget.title"), t("desk.forget.text", { n: gap.count }), t("desk.forget"))) return;
    try { await tellServer("/v1/desk/forget", { ids: gap.ids }); } catch (error) { toast(error.sentence ?? error.message); return; }
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    (next?.querySelector("button") ?? this.element).focus();
    announce(t("desk.forgotten"));
    if (!next) this.loadGaps();
  }

  /** An answer was written: its questions are asked again at once. */
  async kept(answer, gap) {
    toast(t("desk.kept"));
    tell("documents");
    if (!gap) return;
    const row = [...this.gaps.children].find((one) => one.querySelector("h3")?.textContent === gap.question);
    if (row) await this.again(gap, row, row.querySelector(".row .plain:not(a)"), row.querySelector(".again"));
  }

  async loadDown() {
    const { feedback } = await get(path("/v1/feedback", { thumb: "down", limit: DOWN }));
    this.down.fill(feedback.map((one) => h(
      "li", { class: "gap" }, said("h3", one.question), said("p", one.text.split("\n\n[1]")[0], { class: "muted small clamp" }),
      one.comment && said("p", `“${one.comment}”`, { class: "small" }),
      h("p", { class: "muted small", text: day(one.created) }),
      h("div", { class: "row" }, button(t("desk.write"), (event) => this.curated.write({ questions: [one.question], place: event.target.closest("li") }), { class: "plain" })),
    )), t("desk.down.none"));
  }

  async loadDocuments() {
    const found = await get("/v1/desk/documents");
    const row = (document) => {
      const open = said("button", document.title, { type: "button", class: "document-open", on: {
        click: () => this.more.onOpen({ document: document.id, title: document.title }, open),
      } });
      const under = document.note || [document.name !== document.title && document.name, document.collection].filter(Boolean).join(" · ");
      return h("li", {}, open, said("span", under, { class: document.note ? "document-note" : "muted small" }));
    };
    this.never.fill(found.never_cited.map(row), t(found.since ? "desk.never.none" : "desk.never.unknown"), found.never_cited_total);
    this.noted.fill(found.noted.map(row), t("desk.noted.none"), found.noted_total);
  }
}

function trend(gap) {
  if (!gap.week && !gap.week_before) return t("desk.trend.none");
  const arrow = gap.week > gap.week_before ? "↗" : gap.week < gap.week_before ? "↘" : "→";
  return `${arrow} ${t("desk.trend", { n: gap.week, before: gap.week_before })}`;
}

/** A part that is folded until somebody wants it, with how much is in it. */
function section(key) {
  const summary = h("summary", {}, h("h2", { text: t(key) }));
  const list = h("ul", { class: "desk-list" });
  return {
    element: h("details", { class: "desk-part" }, summary, list),
    fill(rows, none, total = rows.length) {
      summary.firstChild.textContent = `${t(key)} (${total.toLocaleString()})`;
      fill(list, rows, !rows.length && h("li", { class: "muted", text: none }));
    },
  };
}
