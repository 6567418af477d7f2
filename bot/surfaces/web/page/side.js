// The side: conversations, the way to the documents, language.
import { get, path, remove } from "/web/api.js";
import { add, button, fill, h, icon, iconButton, toast } from "/web/dom.js";
import { mayEdit, onChange, state } from "/web/state.js";
import { openTokens } from "/web/tokens.js";
import { LANGUAGES, chooseLanguage, currentLanguage, t } from "/web/words.js";

export class Side {
  constructor() {
    this.next = null;
    this.count = h("span", { class: "count" });
    this.fresh = link("#/", "plus", t("app.new"));
    this.documents = add(link("#/documents", "book", t("app.documents")), this.count);
    this.desk = mayEdit() && link("#/desk", "pen", t("app.desk"));
    this.search = h("input", {
      class: "field", type: "search", placeholder: t("talks.search"), "aria-label": t("talks.search"), dir: "auto",
    });
    this.list = h("ul", {});
    this.more = button(t("talks.more"), () => this.load(true), { class: "quiet", hidden: true });
    this.empty = h("p", { class: "muted small", hidden: true });
    const links = h("div", { class: "side-links" }, this.fresh, this.documents, this.desk);
    const language = h(
      "select", { "aria-label": t("app.language"), on: { change: () => chooseLanguage(language.value) } },
      ...Object.entries(LANGUAGES).map(([value, text]) => h("option", { value, text, lang: value })),
    );
    language.value = currentLanguage();
    this.foot = h("div", { class: "side-foot" }, language);
    this.element = h(
      "nav", { class: "side", id: "side", "aria-label": t("app.side") },
      h("div", { class: "side-head" }, h("a", { class: "brand", href: "#/" }, "Footnote", h("sup", { text: "1", "aria-hidden": "true" }))),
      links, h("div", { class: "side-search", role: "search" }, this.search),
      h("section", { class: "conversations", "aria-label": t("talks.title") }, h("h2", { text: t("talks.title") }), this.list, this.empty, this.more),
      this.foot,
    );
    let timer = 0;
    this.search.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => this.load(), 200);
    });
    onChange("conversations", () => this.load());
    onChange("view", () => this.mark());
    onChange("status", () => { this.count.textContent = state.status ? state.status.documents.toLocaleString(currentLanguage()) : ""; });
  }

  /** A way out, where somebody is signed in. */
  showSession(onOut) {
    if (!state.session?.required) return;
    add(this.foot, h("span", { class: "small muted", dir: "auto", text: state.session.name ?? "" }));
    if (state.session.tokens) add(this.foot, iconButton("key", t("tokens.title"), openTokens));
    add(this.foot, iconButton("out", t("app.signout"), async () => {
      let there = null;
      try { there = await remove("/v1/session"); } catch (error) { toast(error.sentence ?? error.message); return; }
      onOut(there?.sign_out_at);
    }));
  }

  async load(more = false) {
    const query = this.search.value.trim();
    const ticket = {};
    this.ticket = ticket;
    let page;
    try {
      page = await get(path("/v1/conversations", { query, limit: 50, cursor: more ? this.next : "" }));
    } catch { return; /* the banner, or the sign-in form, says why */ }
    if (this.ticket !== ticket) return;
    if (!more) fill(this.list);
    for (const talk of page.conversations) {
      add(this.list, h("li", {}, h("a", {
        class: "conversation-link", href: `#/c/${talk.id}`, dir: "auto", text: talk.title, title: talk.title, data: { id: talk.id },
      })));
    }
    this.next = page.next;
    this.more.hidden = !page.next;
    this.empty.hidden = this.list.childElementCount > 0;
    this.empty.textContent = t(query ? "talks.nomatch" : "talks.none");
    this.mark();
  }

  /** Mark what is open. */
  mark() {
    const at = location.hash;
    const elsewhere = at.startsWith("#/documents") || at.startsWith("#/desk");
    current(this.documents, at.startsWith("#/documents"));
    if (this.desk) current(this.desk, at.startsWith("#/desk"));
    current(this.fresh, !elsewhere && !state.conversation);
    for (const made of this.list.querySelectorAll("a")) {
      current(made, made.dataset.id === state.conversation && !elsewhere);
    }
  }
}

function current(element, on) {
  if (on) element.setAttribute("aria-current", "page");
  else element.removeAttribute("aria-current");
}

function link(href, name, text) {
  return h("a", { class: "side-link", href }, icon(name), text);
}
