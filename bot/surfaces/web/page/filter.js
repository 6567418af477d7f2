// Where a question looks: collections, documents, kinds of file, tags, authors, days.
import { get, path } from "/web/api.js";
import { add, button, fill, h, icon } from "/web/dom.js";
import { emptyFilter, filterIsEmpty, onChange, state, tell } from "/web/state.js";
import { day, t } from "/web/words.js";

const KINDS = {
  "application/pdf": "PDF",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word (docx)",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "Excel (xlsx)",
  "application/vnd.openxmlformats-officedocument.presentationml.presentation": "PowerPoint (pptx)",
  "application/epub+zip": "EPUB",
  "application/json": "JSON",
  "message/rfc822": "E-mail",
  "text/csv": "CSV",
  "text/html": "HTML",
  "text/markdown": "Markdown",
};

/** So many documents or tags are seen at a glance; more of them can be searched. */
const FEW = 6;

/** A media type as people name it; one that is not known stays as it is. */
function kindOf(type) {
  return type === "text/plain" ? t("filter.plain") : Object.hasOwn(KINDS, type) ? KINDS[type] : type;
}

export class FilterPanel {
  /** @param {HTMLElement} home Takes the focus when the panel closes. */
  constructor(home) {
    this.home = home;
    this.toggle = h("button", {
      type: "button", class: "quiet", "aria-expanded": "false", "aria-controls": "filters",
      on: { click: () => (this.panel.hidden ? this.open() : this.close(true)) },
    });
    this.chips = h("div", { class: "row" });
    this.panel = h("div", { class: "filters", id: "filters", role: "group", "aria-label": t("filter.title"), hidden: true });
    this.panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        event.stopPropagation();
        this.close(true);
      } else if (event.key === "Enter") event.preventDefault();
    });
    document.addEventListener("pointerdown", (event) => {
      if (!this.panel.hidden && !this.panel.contains(event.target) && !this.toggle.contains(event.target)) this.close();
    });
    onChange("filter", () => this.show());
    this.show();
  }

  async open() {
    this.panel.hidden = false;
    this.toggle.setAttribute("aria-expanded", "true");
    fill(this.panel, h("p", { class: "muted", text: "…" }));
    try {
      const [{ collections }, { documents }, { tags }] = await Promise.all([
        get("/v1/collections"), get(path("/v1/documents", { limit: 500 })), get("/v1/tags"),
      ]);
      this.draw(collections, documents, tags);
    } catch (error) {
      fill(this.panel, h("p", { class: "trouble", text: error.sentence ?? error.message }));
    }
  }

  close(back = false) {
    if (this.panel.hidden) return;
    this.panel.hidden = true;
    this.toggle.setAttribute("aria-expanded", "false");
    if (back) this.home.focus();
  }

  draw(collections, documents, tags) {
    const { filter } = state;
    const tagged = [...new Set([...tags.map(({ name }) => name), ...filter.tags])].sort((a, b) => a.localeCompare(b));
    const authors = [...new Set([...documents.map((document) => document.author), ...filter.authors])].filter(Boolean).sort();
    const types = [...new Set(documents.map((document) => document.media_type))].sort();
    fill(
      this.panel,
      collections.length > 1 && this.group(t("filter.collections"), collections.map(({ name }) =>
        pick(name, filter.collections.includes(name), (on) => this.choose("collections", name, on)))),
      this.searched("documents", documents, ({ title, name }) => `${title} ${name}`, ({ id, title }) =>
        pick(title, filter.documents.some((one) => one.id === id), (on) => this.chooseDocument({ id, title }, on))),
      types.length > 1 && this.group(t("filter.types"), types.map((type) =>
        pick(kindOf(type), filter.media_types.includes(type), (on) => this.choose("media_types", type, on)))),
      tagged.length > 0 && this.searched("tags", tagged, (name) => name, (name) =>
        pick(name, filter.tags.includes(name), (on) => this.choose("tags", name, on))),
      authors.length > 0 && this.group(t("filter.authors"), authors.map((name) =>
        pick(name, filter.authors.includes(name), (on) => this.choose("authors", name, on)))),
      h("div", { class: "two" }, this.date("created_after", t("filter.created_after")), this.date("created_before", t("filter.created_before"))),
      h("div", { class: "two" }, this.date("modified_after", t("filter.after")), this.date("modified_before", t("filter.before"))),
      h(
        "div", { class: "row end" },
        button(t("filter.clear"), () => { state.filter = emptyFilter(); tell("filter"); this.close(true); }, { class: "plain" }),
        button(t("filter.done"), () => this.close(true), { class: "strong" }),
      ),
    );
    this.panel.querySelector("input")?.focus();
  }

  /** A group of what may be many: above a few, with a field that finds among them. */
  searched(kind, all, words, picked) {
    const list = h("div", { class: "picks" });
    const show = (wanted) => {
      const found = all.filter((one) => words(one).toLowerCase().includes(wanted.toLowerCase()));
      fill(list, found.length ? found.map(picked) : h("p", { class: "muted small", text: t("filter.none") }));
    };
    show("");
    const label = t(`filter.find.${kind}`);
    const find = h("input", {
      class: "field", type: "search", placeholder: label, "aria-label": label, dir: "auto",
      on: { input: () => show(find.value) },
    });
    return h("fieldset", {}, h("legend", { text: t(`filter.${kind}`) }), all.length > FEW && find, list);
  }

  group(label, picks) {
    return h("fieldset", {}, h("legend", { text: label }), h("div", { class: "picks" }, ...picks));
  }

  date(name, label) {
    const input = h("input", {
      class: "field", type: "date", id: `filter-${name}`, value: state.filter[name],
      on: { change: () => { state.filter[name] = input.value; tell("filter"); } },
    });
    return h("div", {}, h("label", { class: "label", for: `filter-${name}`, text: label }), input);
  }

  choose(kind, name, on) {
    const others = state.filter[kind].filter((one) => one !== name);
    state.filter[kind] = on ? [...others, name] : others;
    tell("filter");
  }

  chooseDocument(document, on) {
    const others = state.filter.documents.filter((one) => one.id !== document.id);
    state.filter.documents = on ? [...others, document] : others;
    tell("filter");
  }

  /** Show what is chosen, each with a button that drops it. */
  show() {
    const { filter } = state;
    add(fill(this.toggle), icon("filter"), t(filterIsEmpty() ? "filter.all" : "filter.some"));
    const named = (kind, words = (name) => name) =>
      filter[kind].map((name) => chip(words(name), () => this.choose(kind, name, false)));
    const date = (kind, words) => filter[kind] && chip(t(words, { day: day(filter[kind]) }), () => {
      filter[kind] = "";
      tell("filter");
    });
    fill(
      this.chips, named("collections"), named("media_types", kindOf), named("tags"), named("authors"),
      filter.documents.map((document) => chip(document.title, () => this.chooseDocument(document, false))),
      date("created_after", "filter.created_since"), date("created_before", "filter.created_until"),
      date("modified_after", "filter.since"), date("modified_before", "filter.until"),
    );
  }
}

function pick(label, on, onChange) {
  const box = h("input", { type: "checkbox", on: { change: () => onChange(box.checked) } });
  box.checked = on;
  return h("label", { class: "pick" }, box, h("span", { dir: "auto", text: label }));
}

function chip(label, onRemove) {
  const drop = h("button", { type: "button", "aria-label": t("filter.remove", { name: label }), on: { click: onRemove } });
  drop.append(icon("close"));
  return h("span", { class: "chip" }, h("span", { dir: "auto", text: label }), drop);
}
