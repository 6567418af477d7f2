// The library side: documents with their state, uploads, collections.
import { get, path, post } from "/web/api.js";
import { add, button, fill, h, icon, iconButton, said, toast } from "/web/dom.js";
import { Chosen } from "/web/chosen.js";
import { mayEdit, onChange, state } from "/web/state.js";
import { Removed } from "/web/removed.js";
import { Uploads, chosenFiles, droppedFiles } from "/web/uploads.js";
import { day, size, t } from "/web/words.js";

const PAGE = 100;

export class Library {
  /** @param {object} more `onOpen(document, from)`. */
  constructor(more) {
    this.more = more;
    this.uploads = new Uploads();
    this.removed = new Removed();
    this.chosen = new Chosen({ onRestore: (documents) => this.removed.restore(documents), collections: () => this.names });
    this.names = [];
    this.lead = h("p", { class: "library-lead" });
    this.rows = h("tbody", {});
    this.none = h("p", { class: "muted", hidden: true });
    this.next = button(t("library.more"), () => this.load(true), { class: "plain", hidden: true });
    this.search = h("input", {
      class: "field", type: "search", placeholder: t("library.search"), "aria-label": t("library.search"), dir: "auto",
    });
    this.collection = h("select", { class: "field", "aria-label": t("library.collection"), on: { change: () => this.load() } });
    const columns = ["pick", "title", "collection", "pages", "size", "changed", "state", "acts"];
    this.table = h("table", { class: "documents" }, h("thead", {}, h("tr", {}, ...columns.map((name) => h(
      "th", { scope: "col", class: /pages|size/.test(name) ? "number" : null },
      h("span", { class: /pick|acts/.test(name) ? "unseen" : null, text: t(`library.column.${name}`) }),
    )))), this.rows);
    this.tools = h("div", { class: "tools" }, this.search, this.collection, h("span", { class: "grow" }), this.chosen.element);
    this.inside = h(
      "div", { class: "column library" }, h("h1", { text: t("library.title") }), this.lead,
      mayEdit() && this.takeIn(), this.uploads.element,
      this.tools,
      this.table, this.none, this.next, mayEdit() && this.removed.element,
      mayEdit() && h("p", { class: "library-foot" }, add(h("a", { class: "quiet", href: "/v1/feedback/export", download: true }), icon("down"), t("library.feedback"))),
    );
    this.element = h("div", { class: "scroll", tabindex: "-1" }, this.inside);
    let timer = 0;
    const soon = () => { clearTimeout(timer); timer = setTimeout(() => this.load(), 250); };
    this.search.addEventListener("input", soon);
    onChange("documents", () => { if (this.element.isConnected) soon(); });
    if (mayEdit()) {
      this.receiveDrops();
      this.uploads.resume();
    }
  }

  /** Take up what went on while the server was away. */
  resume() {
    if (this.element.isConnected) this.load();
    this.uploads.resume();
  }

  takeIn() {
    const chooser = (more) => h("input", { type: "file", multiple: true, hidden: true, ...more });
    const files = chooser({ id: "choose-files" });
    const folder = chooser({ id: "choose-folder", webkitdirectory: true });
    for (const input of [files, folder]) {
      input.addEventListener("change", () => {
        this.send(chosenFiles(input.files));
        input.value = "";
      });
    }
    this.into = h("input", {
      class: "field short", id: "into", list: "collections", maxlength: 64, placeholder: "default", autocomplete: "off", dir: "auto",
    });
    this.known = h("datalist", { id: "collections" });
    this.address = h("div", { hidden: true });
    onChange("status", () => this.offerAddress());
    return h(
      "div", { class: "take-in" }, h("p", { text: t("library.take") }),
      h(
        "div", { class: "row" }, files, folder,
        button(t("library.files"), () => files.click(), { class: "strong" }),
        button(t("library.folder"), () => folder.click(), { class: "plain" }),
        h("span", { class: "into" }, h("label", { class: "small muted", for: "into", text: t("library.into") }), this.into), this.known,
      ),
      this.address,
    );
  }

  offerAddress() {
    if (!state.status?.addresses || this.address.childElementCount) return;
    const input = h("input", { class: "field short", type: "url", placeholder: "https://", required: true, "aria-label": t("library.address") });
    this.address.hidden = false;
    add(this.address, h("form", {
      class: "row", on: { submit: async (event) => {
        event.preventDefault();
        const collection = this.into.value.trim();
        try {
          const { job } = await post("/v1/documents/address", { url: input.value, ...(collection && { collection }) });
          this.uploads.watch(job);
          input.value = "";
        } catch (error) { toast(error.sentence ?? error.message); }
      } },
    }, input, h("button", { class: "plain", text: t("library.address.do") })));
  }

  receiveDrops() {
    let cover = null;
    const withFiles = (event) => [...event.dataTransfer?.types ?? []].includes("Files");
    const uncover = () => { cover?.remove(); cover = null; };
    addEventListener("dragenter", (event) => {
      if (!withFiles(event) || cover) return;
      cover = h("div", { class: "drop", text: t("library.drop") });
      document.body.append(cover);
    });
    addEventListener("dragover", (event) => { if (withFiles(event)) event.preventDefault(); });
    addEventListener("dragleave", (event) => { if (!event.relatedTarget) uncover(); });
    addEventListener("drop", async (event) => {
      if (!withFiles(event)) return;
      event.preventDefault();
      uncover();
      const found = await droppedFiles(event.dataTransfer);
      location.hash = "#/documents";
      this.send(found);
    });
  }

  send(files) {
    if (!files.length) { toast(t("job.empty")); return; }
    this.uploads.send(files, this.into.value.trim());
  }

  async load(more = false) {
    const ticket = {};
    this.ticket = ticket;
    let page;
    let collections;
    try {
      const query = {
        collection: this.collection.value, query: this.search.value.trim(), limit: PAGE, cursor: more ? this.cursor : "",
      };
      [page, { collections }] = await Promise.all([get(path("/v1/documents", query)), get("/v1/collections")]);
    } catch (error) {
      if (this.ticket !== ticket) return;
      if (this.collection.value && error.status === 404) {
        this.collection.value = "";
        this.load();
      } else this.say(error.sentence ?? error.message);
      return;
    }
    if (this.ticket !== ticket) return;
    if (mayEdit()) this.removed.load();
    this.offer(collections);
    this.cursor = page.next;
    this.next.hidden = !page.next;
    const rows = page.documents.map((document) => this.row(document));
    if (more) add(this.rows, rows);
    else this.keepingFocus(() => fill(this.rows, rows));
    this.chosen.show();
    this.lead.textContent = `${t("library.lead", { n: page.total })} ${mayEdit() ? "" : t("library.reader")}`.trim();
    const filtered = this.search.value.trim() || this.collection.value;
    this.tools.hidden = !filtered && !page.total;
    this.say(this.rows.childElementCount ? "" : t(filtered ? "library.nomatch" : mayEdit() ? "library.empty" : "library.none"));
  }

  /** Draw the rows anew; what had the focus in a row keeps it, or the same in the row that took its place. */
  keepingFocus(draw) {
    const before = document.activeElement?.closest("tr[data-id]");
    const { act } = document.activeElement?.dataset ?? {};
    const index = [...this.rows.children].indexOf(before);
    draw();
    if (index < 0) return;
    const all = [...this.rows.children];
    const row = all.find((one) => one.dataset.id === before.dataset.id) ?? all[Math.min(index, all.length - 1)];
    (row ? row.querySelector(`[data-act="${act}"]`) ?? row.querySelector(".document-open") : this.inside.querySelector("button"))?.focus();
  }

  say(words) {
    this.none.hidden = !words;
    this.none.textContent = words;
    this.table.hidden = Boolean(words);
  }

  offer(collections) {
    const chosen = this.collection.value;
    this.names = collections.map(({ name }) => name);
    fill(
      this.collection, h("option", { value: "", text: t("library.every") }),
      collections.map(({ name, documents }) => h("option", { value: name, text: `${name} (${documents})` })),
    );
    this.collection.value = collections.some(({ name }) => name === chosen) ? chosen : "";
    this.collection.hidden = collections.length < 2;
    if (this.known) fill(this.known, collections.map(({ name }) => h("option", { value: name })));
  }

  row(document) {
    const pick = this.chosen.pick(document);
    const open = said("button", document.title, {
      type: "button", class: "document-open", data: { act: "open" }, on: { click: () => this.more.onOpen(document, open) },
    });
    const cell = (text, name) => h("td", { class: name, text });
    return h(
      "tr", { data: { id: document.id } }, h("td", { class: "pick-cell" }, pick),
      h(
        "td", { class: "title" }, open, document.name !== document.title && said("span", document.name, { class: "document-name" }),
        ...document.notes.map((note) => said("span", note, { class: "document-note" })),
      ),
      h("td", { dir: "auto", class: "muted small", text: document.collection }),
      cell(document.pages === null ? "" : t("library.pages", { n: document.pages }), "number"),
      cell(size(document.size), "number"), cell(day(document.modified), "when"),
      h("td", { class: "small last" }, this.stateOf(document)),
      h("td", { class: "acts" }, mayEdit() && [
        document.original && iconButton("again", t("library.again.of", { title: document.title }), () => this.again(document), { data: { act: "again" } }),
        iconButton("bin", t("library.remove.of", { title: document.title }), () => this.chosen.remove([document]), { data: { act: "remove" } }),
      ]),
    );
  }

  stateOf(document) {
    if (document.chunks === 0) return h("span", { class: "document-note", text: t("library.notext") });
    const gone = !document.original && !/^https?:/.test(document.source);
    return h("span", { class: "muted", text: gone ? t("library.original.gone") : t("library.ready") });
  }

  async again(document) {
    try {
      const { job } = await post(`/v1/documents/${document.id}/reingest`, {});
      this.uploads.watch(job);
      this.element.scrollTop = 0;
    } catch (error) { toast(error.sentence ?? error.message); }
  }
}
