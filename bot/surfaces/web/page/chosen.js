// The documents that are chosen in the list, and what can be done with them: ask, move, remove.
import { patch, remove } from "/web/api.js";
import { button, h, toast } from "/web/dom.js";
import { asked, confirmed } from "/web/dialogs.js";
import { emptyFilter, mayEdit, state, tell } from "/web/state.js";
import { t } from "/web/words.js";

const LONGEST_NAME = 64;

export class Chosen {
  /** @param {object} more `onRestore(documents)`, `collections()` → the names that there are. */
  constructor(more) {
    this.more = more;
    this.documents = new Map();
    this.boxes = new Map();
    this.all = h("input", { type: "checkbox", on: { change: () => this.chooseAll() } });
    this.everything = h("label", { class: "pick" }, this.all, h("span", { text: t("library.all") }));
    this.askThese = button("", () => this.ask(), { class: "strong" });
    this.moveThese = button(t("library.move"), () => this.move(), { class: "plain" });
    this.removeThese = button("", () => this.remove([...this.documents.values()]), { class: "plain trouble" });
    this.acts = h("div", { class: "row", role: "group", hidden: true }, this.askThese, mayEdit() && [this.moveThese, this.removeThese]);
    this.element = h("div", { class: "row chosen" }, this.everything, this.acts);
  }

  /** The box that chooses a document of the list. */
  pick(document) {
    const box = h("input", {
      type: "checkbox", "aria-label": t("library.pick", { title: document.title }), data: { act: "pick" },
      on: { change: () => {
        this.choose(document, box.checked);
        this.show();
      } },
    });
    box.checked = this.documents.has(document.id);
    if (box.checked) this.documents.set(document.id, document); // its collection may be another by now
    this.boxes.set(box, document);
    return box;
  }

  choose(document, on) {
    if (on) this.documents.set(document.id, document);
    else this.documents.delete(document.id);
  }

  /** The boxes that stand on the page; the list is drawn anew again and again. */
  shown() {
    for (const box of this.boxes.keys()) if (!box.isConnected) this.boxes.delete(box);
    return [...this.boxes];
  }

  chooseAll() {
    for (const [box, document] of this.shown()) {
      box.checked = this.all.checked;
      this.choose(document, box.checked);
    }
    this.show();
  }

  clear() {
    this.documents.clear();
    for (const [box] of this.shown()) box.checked = false;
    this.show();
  }

  show() {
    const n = this.documents.size;
    const boxes = this.shown();
    this.everything.hidden = !boxes.length;
    this.all.checked = boxes.length > 0 && boxes.every(([box]) => box.checked);
    this.all.indeterminate = n > 0 && !this.all.checked;
    this.acts.hidden = !n;
    this.askThese.textContent = t("library.ask", { n });
    this.removeThese.textContent = t("library.remove.some", { n });
    this.acts.setAttribute("aria-label", t("library.chosen", { n }));
  }

  /** Ask only these. */
  ask() {
    state.filter = { ...emptyFilter(), documents: [...this.documents.values()].map(({ id, title }) => ({ id, title })) };
    this.clear();
    tell("filter");
    location.hash = state.conversation ? `#/c/${state.conversation}` : "#/";
  }

  async move() {
    const documents = [...this.documents.values()];
    const title = t("library.move.title", { n: documents.length });
    const collection = await asked(title, t("library.collection"), "", t("library.move.do"), LONGEST_NAME, this.more.collections());
    if (!collection) return;
    const from = documents.map((document) => [document, document.collection]);
    const moved = await this.each(from, ([{ id }]) => patch(`/v1/documents/${id}`, { collection }));
    this.done(moved.length && t("library.moved", { n: moved.length, collection }), async () => {
      await this.each(moved, ([{ id }, before]) => patch(`/v1/documents/${id}`, { collection: before }));
      tell("documents");
    });
  }

  /** Take documents out of the library, after asking. */
  async remove(documents) {
    const [{ title }] = documents;
    const n = documents.length;
    const uploaded = documents.some((document) => document.uploaded);
    const words = n > 1 ? [t("library.remove.title.some", { n }), t("library.remove.text.some")]
      : [t("library.remove.title"), `${t("library.remove.text", { title })} ${t(uploaded ? "library.remove.uploaded" : "library.remove.kept")}`];
    if (!await confirmed(...words, t("library.remove"))) return;
    const gone = await this.each(documents, ({ id }) => remove(`/v1/documents/${id}`));
    for (const { id } of gone) this.documents.delete(id);
    this.done(gone.length && t(n > 1 ? "library.removed.some" : "library.removed", { n: gone.length }), () => this.more.onRestore(gone));
  }

  /** Do something with one after the other; returns those with which it worked and says what went wrong. */
  async each(list, work) {
    const done = [];
    let trouble = "";
    for (const one of list) {
      try {
        await work(one);
        done.push(one);
      } catch (error) { trouble = error.sentence ?? error.message; }
    }
    this.trouble = trouble;
    return done;
  }

  /** Say what was done, with a way back, and what was not. */
  done(words, undo) {
    const said = [words, this.trouble].filter(Boolean).join(" ");
    toast(said, words ? { label: t("library.undo"), act: undo } : undefined);
    if (this.acts.contains(document.activeElement)) {
      this.clear(); // what was pressed is about to go
      this.all.focus();
    } else this.show();
    tell("documents");
  }
}
