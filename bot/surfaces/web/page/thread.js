// The open conversation: its turns, and the question that is being answered.
import { Failed, ask, get } from "/web/api.js";
import { Turn } from "/web/answer.js";
import { AskBox } from "/web/askbox.js";
import { fill, h } from "/web/dom.js";
import { filterBody, mayEdit, onChange, state, tell } from "/web/state.js";
import { t } from "/web/words.js";

export const UNASKED = "footnote.unasked";
// Of more documents no overview is given (MOST_DOCUMENTS in bot/quotes/overview.py).
const OVERVIEW = 12;

export class Thread {
  /** @param {object} more `onSource(turn, number, from)`, `onPassage(passage, from)`, `onBegun(id)`, `onMissing(error)`. */
  constructor(more) {
    this.more = more;
    this.turns = [];
    this.questions = [];
    this.stopping = null;
    this.list = h("div", { class: "column turns" });
    this.box = new AskBox({
      onAsk: (question) => this.ask(question),
      onStop: () => this.stop(),
      recall: () => [...this.questions].reverse(),
    });
    this.scroll = h("div", { class: "scroll", tabindex: "-1" }, this.list, this.box.element);
    onChange("status", () => { if (!this.turns.length) this.welcome(); });
    const unasked = sessionStorage.getItem(UNASKED);
    sessionStorage.removeItem(UNASKED);
    if (unasked) requestAnimationFrame(() => this.box.write(unasked)); // the box must stand on the page to fit
  }

  get running() { return this.stopping !== null; }

  /** Begin with an empty page. */
  clear() {
    this.stop();
    this.loading = null;
    state.conversation = null;
    this.turns = [];
    this.title = "";
    this.welcome();
    this.box.run(false);
  }

  welcome() {
    const count = state.status?.documents;
    const empty = count === 0;
    const about = t("welcome.about", { n: count ?? 0 });
    fill(this.list, h(
      "div", { class: "welcome" }, h("h1", { text: t("welcome.title") }),
      h("p", { text: t(empty ? "welcome.empty" : "welcome.text") }),
      empty && mayEdit() && h("a", { class: "strong", href: "#/documents", text: t("welcome.add") }),
      count > 0 && count <= OVERVIEW && h(
        "button", { type: "button", class: "plain", text: about, on: { click: () => this.ask(about) } },
      ),
    ));
  }

  /** Show a kept conversation; true when it is there. */
  async open(id) {
    if (state.conversation === id && this.turns.length) return true;
    this.stop();
    const ticket = {};
    this.loading = ticket;
    let kept;
    try {
      kept = await get(`/v1/conversations/${encodeURIComponent(id)}`);
    } catch (error) {
      if (this.loading === ticket) this.more.onMissing(error);
      return false;
    }
    if (this.loading !== ticket) return false;
    state.conversation = id;
    this.title = kept.title;
    this.turns = kept.turns.map((turn) => {
      const made = this.turn(turn.question);
      made.id = turn.id;
      return turn.hidden || !turn.answer ? made.hidden() : made.done(turn.answer, { feedback: turn.feedback });
    });
    this.questions = kept.turns.map((turn) => turn.question);
    fill(this.list, ...this.turns.map((turn) => turn.element));
    this.box.run(false);
    this.scroll.scrollTop = this.scroll.scrollHeight;
    return true;
  }

  /** The turn that holds an answer. */
  find(answer) { return this.turns.find((turn) => (turn.answer?.id ?? turn.id) === answer); }

  turn(question) {
    return new Turn(question, {
      onSource: this.more.onSource,
      onPassage: this.more.onPassage,
      onAgain: (turn) => {
        turn.element.remove();
        this.turns = this.turns.filter((one) => one !== turn);
        this.ask(turn.question);
      },
    });
  }

  async ask(question) {
    if (this.running) return;
    const turn = this.turn(question).wait();
    if (!this.turns.length) fill(this.list);
    this.turns.push(turn);
    if (this.questions.at(-1) !== question) this.questions.push(question);
    this.list.append(turn.element);
    turn.element.scrollIntoView({ block: "start" });
    const stopping = new AbortController();
    this.stopping = stopping;
    this.box.run(true);
    try {
      const body = { question, conversation: state.conversation ?? "new", filter: filterBody() };
      for await (const [name, data] of ask(body, stopping.signal)) this.event(turn, name, data);
    } catch (error) {
      if (error.name === "AbortError") turn.stopped();
      else turn.failed(error);
      // The page starts anew to sign in; what was asked must not be lost with it.
      if (error.code === "sign_in_needed") sessionStorage.setItem(UNASKED, question);
    } finally {
      if (this.stopping === stopping) {
        this.stopping = null;
        this.box.run(false);
      }
    }
  }

  event(turn, name, data) {
    if (name === "passages") turn.found(data);
    else if (name === "statement") turn.stated(data);
    else if (name === "error") turn.failed(new Failed(0, data));
    else if (name === "done") {
      turn.done(data, { fresh: true });
      if (data.conversation && this.turns.includes(turn)) {
        const begun = state.conversation !== data.conversation;
        state.conversation = data.conversation;
        if (begun) {
          this.title = data.question;
          this.more.onBegun(data.conversation);
        }
        tell("conversations");
      }
    }
  }

  /** Give up the answer that is on its way. */
  stop() {
    this.stopping?.abort();
    this.stopping = null;
    this.box.run(false);
  }
}
