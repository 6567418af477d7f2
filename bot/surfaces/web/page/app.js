// The page: puts its parts together and follows the address (#/, #/c/ID/ANSWER/NUMBER,
// #/documents, #/desk, #document=ID&start=S&end=E).
import { connection, get, patch, path, remove } from "/web/api.js";
import { announce, button, fill, h, iconButton, toast } from "/web/dom.js";
import { asked, confirmed } from "/web/dialogs.js";
import { footnoteHash } from "/web/copying.js";
import { Desk } from "/web/desk.js";
import { Library } from "/web/library.js";
import { saveMenu } from "/web/saving.js";
import { Side } from "/web/side.js";
import { returnToPlace, signIn } from "/web/signin.js";
import { SourcePane } from "/web/source.js";
import { mayEdit, state, onChange, tell } from "/web/state.js";
import { Thread } from "/web/thread.js";
import { loadWords, t } from "/web/words.js";

const LONGEST_TITLE = 200;

class Page {
  constructor() {
    this.side = new Side();
    this.source = new SourcePane({ onClose: () => this.leaveSource(), onStep: (by) => this.step(by) });
    this.thread = new Thread({
      onSource: (turn, number, from) => this.openFootnote(turn, number, from),
      onPassage: (passage, from) => this.openPassage(passage, from),
      onBegun: (id) => this.begun(id),
      onSurveyed: () => this.showTop(),
      onMissing: (error) => this.missing(error),
    });
    this.library = new Library({
      onOpen: (document, from) => this.openPassage({ document: document.id, title: document.title }, from),
    });
    this.desk = mayEdit() ? new Desk({ onOpen: (run, from) => this.openPassage(run, from) }) : null;
    this.banner = h("p", { class: "banner", role: "alert", hidden: true, text: t("app.lost") });
    this.heading = h("h1", { dir: "auto" });
    this.acts = h("div", { class: "row" });
    this.menu = iconButton("menu", t("app.menu"), () => this.toggleSide(), { class: "icon-button menu-button", "aria-expanded": "false", "aria-controls": "side" });
    this.content = h("main", { class: "main", id: "main" });
    this.frame = h("div", { class: "frame" }, this.side.element, this.content, this.source.element);
    const skip = h("a", { class: "skip", href: "#main", text: t("app.skip"), on: { click: (event) => {
      event.preventDefault();
      if (this.view === "thread") this.thread.box.focus();
      else this.content.querySelector(".library button, .library input")?.focus();
    } } });
    fill(document.getElementById("app"), skip, this.frame);
    addEventListener("popstate", () => this.back());
    addEventListener("hashchange", () => this.follow());
    addEventListener("keydown", (event) => this.key(event));
    connection.addEventListener("lost", () => { this.banner.hidden = false; });
    connection.addEventListener("found", () => this.reconnected());
    connection.addEventListener("signin", () => { if (state.session?.signed_in || !state.session?.required) location.reload(); });
    onChange("documents", () => this.loadStatus());
    this.side.showSession((there) => (there ? location.assign(there) : location.reload()));
  }

  async start() {
    this.thread.clear();
    await Promise.all([this.loadStatus(), this.side.load(), this.follow().then(() => this.thread.takeUp())]);
  }

  /** A conversation has its address now; an open source keeps its place in the history above it. */
  begun(id) {
    this.begunUnder = this.source.open && history.state?.source ? id : null;
    history.replaceState(history.state, "", `#/c/${id}`);
    this.showTop();
  }

  /** The browser went back or forward: from a source that has no address of its own to what lies under it. */
  back() {
    if (this.begunUnder && /^(#\/?)?$/.test(location.hash)) history.replaceState(null, "", `#/c/${this.begunUnder}`);
    this.begunUnder = null;
    if (history.state?.source !== this.mark) this.closeSource();
  }

  async loadStatus() {
    try {
      state.status = await get("/v1/status");
      tell("status");
    } catch { /* the banner says so */ }
  }

  reconnected() {
    this.banner.hidden = true;
    announce(t("app.found"));
    this.loadStatus();
    tell("conversations");
    this.library.resume();
  }

  /** Show what the address names. */
  async follow() {
    const [, view = "", id = "", answer = "", number = ""] = location.hash.split("/");
    this.toggleSide(false);
    const place = new URLSearchParams(location.hash.slice(1));
    if (place.has("document")) {
      this.show("thread");
      await this.openPlace(place.get("document"), place.get("start"), place.get("end"));
      return;
    }
    if (view === "documents" || (view === "desk" && this.desk)) {
      this.show(view === "desk" ? "desk" : "library");
      return;
    }
    const stays = view === "c" && this.view === "thread" && id === state.conversation && this.thread.turns.length > 0;
    this.show("thread");
    if (stays && !answer) {
      this.closeSource();
      if (document.activeElement === document.body) this.thread.box.focus();
    } else if (view !== "c") {
      if (state.conversation || this.thread.turns.length) this.closeSource(false);
      if (!this.thread.running || state.conversation) this.thread.clear();
      this.thread.box.focus();
    } else {
      if (id !== state.conversation) this.closeSource(false);
      await this.openTalk(id, answer, Number(number));
    }
    this.showTop();
  }

  async openTalk(id, answer, number) {
    if (await this.thread.open(id)) {
      const turn = answer && this.thread.find(answer);
      if (turn) this.reopen(turn, number);
      else this.thread.box.focus();
    }
  }

  reopen(turn, number) {
    turn.element.scrollIntoView({ block: "start" });
    if (turn.citations.has(number)) {
      const ref = turn.element.querySelector(`.ref[data-number="${number}"]`);
      this.openFootnote(turn, number, ref);
    }
  }

  show(view) {
    if (this.view !== view) {
      this.view = view;
      const top = h("header", { class: "top" }, this.menu, this.heading, this.acts);
      if (view === "library") {
        this.closeSource(false);
        fill(this.content, this.banner, top, this.library.element);
        this.library.load();
      } else if (view === "desk") {
        this.closeSource(false);
        fill(this.content, this.banner, top, this.desk.element);
        this.desk.load();
      } else fill(this.content, this.banner, top, this.thread.scroll);
    }
    this.showTop();
  }

  showTop() {
    const talk = this.view === "thread" && state.conversation;
    // A survey is kept by nobody and has no name of its own; the page still wants a heading.
    const surveyed = this.view === "thread" && this.thread.turns.some((turn) => turn.questions);
    this.heading.textContent = talk ? this.thread.title : surveyed ? t("survey.each") : "";
    this.heading.hidden = !this.heading.textContent;
    document.title = talk ? `${this.thread.title} · Footnote` : this.view === "thread" ? "Footnote" : `${t(`${this.view}.title`)} · Footnote`;
    fill(this.acts, talk && [
      iconButton("pen", t("talks.rename"), () => this.rename()),
      saveMenu((format) => path(`/v1/conversations/${talk}/export`, { format }), { json: true }),
      iconButton("bin", t("talks.delete"), () => this.remove()),
    ]);
    tell("view");
  }

  async rename() {
    const id = state.conversation;
    const title = await asked(t("talks.rename.title"), t("talks.rename.label"), this.thread.title, t("talks.rename.do"), LONGEST_TITLE);
    if (!title) return;
    try {
      const talk = await patch(`/v1/conversations/${id}`, { title });
      if (state.conversation === id) this.thread.title = talk.title;
      this.showTop();
      tell("conversations");
    } catch (error) { toast(error.sentence ?? error.message); }
  }

  async remove() {
    const id = state.conversation;
    if (!await confirmed(t("talks.delete.title"), t("talks.delete.text"), t("talks.delete"))) return;
    try {
      await remove(`/v1/conversations/${id}`);
    } catch (error) { toast(error.sentence ?? error.message); return; }
    toast(t("talks.deleted"));
    this.closeSource(false);
    this.thread.clear();
    location.hash = "#/";
    this.showTop();
    tell("conversations");
  }

  missing(error) {
    toast(error.status === 404 || error.status === 422 ? t("talks.missing") : error.sentence ?? error.message);
    if (error.status === 404 || error.status === 422) location.hash = "#/";
  }

  /** Open the source of a footnote; `from` gets the focus back. */
  openFootnote(turn, number, from) {
    this.opened?.turn?.mark(null);
    this.opened = { turn, number, from };
    turn.mark(number);
    const address = turn.answer?.conversation ? footnoteHash(turn.answer, number) : location.hash;
    this.showSource(turn.citations.get(number), { number, all: turn.citations.size }, address);
  }

  /** Open the source at the offsets, in code points, that a footnote in Slack, Discord or the API links to. */
  async openPlace(id, start, end) {
    const address = `/v1/documents/${encodeURIComponent(id)}`;
    let document;
    let text;
    try {
      [document, text] = await Promise.all([get(address), get(path(`${address}/text`, { start, end }))]);
    } catch (error) {
      toast(error.sentence ?? error.message);
      location.hash = "#/";
      return;
    }
    const pages = document.places.filter((one) => one.kind === "page" && one.start <= text.start);
    const run = end && { start_utf16: text.start_utf16, end_utf16: text.end_utf16, quote: text.text };
    this.openPassage({ document: id, title: document.title, page: pages.at(-1)?.number, ...run }, this.thread.box.input);
  }

  openPassage(passage, from) {
    this.opened?.turn?.mark(null);
    this.opened = { turn: null, number: 0, from };
    this.showSource(passage, {}, location.hash);
  }

  /** Show a source; "Back" closes it, unless the page was opened at its address. */
  showSource(run, at, address) {
    const kept = this.frame.classList.contains("with-source");
    const there = address === location.hash && (address.startsWith("#document=") || /^#\/c\/.+\/.+\//.test(address));
    const here = address || location.pathname; // without a fragment it stays without, or "Back" would begin a new page
    if (kept || there) history.replaceState(history.state, "", here);
    else history.pushState({ source: Date.now() }, "", here);
    this.mark = history.state?.source;
    this.frame.classList.add("with-source");
    this.source.show(run, at);
    this.source.focus();
    // The column narrows when the pane opens: keep what was clicked in sight.
    if (!kept) this.opened.from?.scrollIntoView({ block: "nearest" });
  }

  step(by) {
    const { turn, number, from } = this.opened;
    if (turn?.citations.has(number + by)) this.openFootnote(turn, number + by, from);
  }

  /** Close the source for good: what opening it put into the history goes too. */
  leaveSource() {
    this.closeSource();
    if (this.mark && history.state?.source === this.mark) history.back();
    else if (/^#\/c\/.+\/.+\//.test(location.hash)) history.replaceState(null, "", `#/c/${state.conversation}`);
  }

  closeSource(back = true) {
    if (!this.source.open) return;
    this.frame.classList.remove("with-source");
    this.source.close();
    this.opened?.turn?.mark(null);
    if (back && this.opened?.from?.isConnected) this.opened.from.focus();
    this.opened = null;
  }

  toggleSide(open = !this.side.element.classList.contains("open")) {
    this.side.element.classList.toggle("open", open);
    this.menu.setAttribute("aria-expanded", String(open));
    this.shade?.remove();
    if (open) {
      this.shade = button("", () => this.toggleSide(false), { class: "shade", "aria-label": t("app.close") });
      this.frame.append(this.shade);
      this.side.element.querySelector("a")?.focus();
    }
  }

  key(event) {
    if (event.isComposing || document.querySelector("dialog[open]")) return;
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
    if (event.key === "Escape") {
      if (this.side.element.classList.contains("open")) {
        this.toggleSide(false);
        this.menu.focus();
      } else if (this.thread.running) this.thread.stop();
      else if (this.source.open) this.leaveSource();
    } else if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey && this.view === "thread") {
      event.preventDefault();
      this.thread.box.focus();
    }
  }
}

async function begin() {
  await loadWords();
  const app = document.getElementById("app");
  try {
    state.session = await get("/v1/session");
    while (state.session.required && !state.session.signed_in) state.session = await signIn(app, state.session);
    returnToPlace();
  } catch (error) {
    fill(app, h("p", { class: "banner", role: "alert", text: `${t("error.page")} ${error.sentence ?? error.message}` }));
    connection.addEventListener("found", () => location.reload());
    return;
  }
  await new Page().start();
}

begin();
