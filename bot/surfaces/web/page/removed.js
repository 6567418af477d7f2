// Removed documents, which can be brought back for a while. Editors only.
import { get, post } from "/web/api.js";
import { button, fill, h, said, toast } from "/web/dom.js";
import { tell } from "/web/state.js";
import { day, t } from "/web/words.js";

export class Removed {
  constructor() {
    this.summary = h("summary", {});
    this.list = h("ul", {});
    this.element = h("details", { class: "removed", hidden: true }, this.summary, this.list);
  }

  async load() {
    let found;
    try { found = await get("/v1/removed"); } catch { return; } // the list of documents says what is wrong
    this.element.hidden = !found.total;
    this.summary.textContent = t("library.removed.lead", { n: found.total });
    fill(this.list, found.documents.map((document) => h(
      "li", {}, said("span", document.title), said("span", document.name, { class: "muted small" }),
      h("span", { class: "muted small", text: `${document.collection} · ${day(document.removed)}` }),
      document.present
        ? h("span", { class: "muted small", text: t("library.removed.present") })
        : button(t("library.restore"), () => this.restore([document]), {
          class: "plain", "aria-label": t("library.restore.of", { title: document.title }),
        }),
    )));
  }

  async restore(documents) {
    let n = 0;
    let trouble = "";
    for (const { id } of documents) {
      try {
        await post(`/v1/documents/${id}/restore`, {});
        n += 1;
      } catch (error) { trouble = error.sentence ?? error.message; }
    }
    toast(trouble || (n === 1 ? t("library.restored", { title: documents[0].title }) : t("library.restored.some", { n })));
    tell("documents");
  }
}
