// The open conversation: its turns, and the question that is being answered.
import { Failed, ask, get, path } from "/web/api.js";
import { Turn } from "/web/answer.js";
import { AskBox } from "/web/askbox.js";
import { add, fill, h } from "/web/dom.js";
import { SurveyTurn } from "/web/survey.js";
import { filterBody, mayEdit, onChange, state, tell } from "/web/state.js";
import { forgetUnasked, keepUnasked, unasked } from "/web/unasked.js";
import { t } from "/web/words.js";

// Of more documents no overview is given (MOST_DOCUMENTS in bot/quotes/overview.py).
const OVERVIEW = 12;
const SUGGESTED = 3;
/** Longer titles are no names that a question can hold. */
const LONGEST_TITLE = 100;

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
      onSurvey: (questions) => this.survey(questions),
      onStop: () => this.stop(),
      recall: () => [...this.questions].reverse(),
    });
    this.scroll = h("div", { class: "scroll", tabindex: "-1" }, this.list, this.box.element);
    onChange("status", () => { if (!this.turns.length) this.welcome(); });
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

  /** After a reload: show the answer that came meanwhile, or ask again; what failed waits in the box. */
  async takeUp() {
    const kept = unasked();
    if (!kept) return;
    if (kept.began && kept.answer && !kept.failed && !state.conversation && await this.keptMeanwhile(kept)) return;
    const here = (kept.began ? null : kept.conversation) === state.conversation;
    if (state.conversation && this.find(kept.answer)) forgetUnasked();
    else if (kept.failed || !here || this.running) {
      forgetUnasked();
      this.box.write(kept.question);
    } else await this.ask(kept.question, kept.filter);
  }

  /** Open a conversation that began with the answer, if the server was done with it. */
  async keptMeanwhile(kept) {
    let latest;
    try {
      latest = await get(path("/v1/conversations", { limit: 5 })); // asking for it by its id might be an error
    } catch { return false; }
    if (!latest.conversations.some(({ id }) => id === kept.conversation)) return false;
    forgetUnasked();
    location.replace(`#/c/${kept.conversation}`);
    return true;
  }

  welcome() {
    const count = state.status?.documents;
    const empty = count === 0;
    const about = t("welcome.about", { n: count ?? 0 });
    const offers = h("div", { class: "offers" });
    fill(this.list, h(
      "div", { class: "welcome" }, h("h1", { text: t("welcome.title") }),
      h("p", { text: t(empty ? "welcome.empty" : "welcome.text") }),
      empty && mayEdit() && h("a", { class: "strong", href: "#/documents", text: t("welcome.add") }),
      offers,
    ));
    if (count > 0 && count <= OVERVIEW) add(offers, this.offer(about));
    else if (count) this.suggest(offers);
  }

  /** Offer a question about each of the documents that came last: of so many, one about all has no answer. */
  async suggest(offers) {
    let documents;
    try {
      ({ documents } = await get(path("/v1/documents", { order: "newest", limit: 4 * SUGGESTED })));
    } catch { return; } // the banner, or the sign-in form, says why
    const titles = new Set(documents.filter((one) => one.chunks && one.title.length <= LONGEST_TITLE).map((one) => one.title));
    fill(offers, [...titles].slice(0, SUGGESTED).map((title) => this.offer(t("welcome.about.one", { title }))));
  }

  offer(question) {
    return h("button", { type: "button", class: "plain", dir: "auto", text: question, on: { click: () => this.ask(question) } });
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
        this.takeAway(turn);
        this.ask(turn.question);
      },
    });
  }

  async ask(question, filter = filterBody()) {
    if (this.running) return;
    forgetUnasked();
    keepUnasked({ question, filter, conversation: state.conversation });
    const turn = this.turn(question).wait();
    this.show(turn, question);
    await this.work(turn, async (signal) => {
      const body = { question, conversation: state.conversation ?? "new", filter, short: this.box.isShort };
      for await (const [name, data] of ask(body, signal)) this.event(turn, name, data);
    });
  }

  /** Ask each document; the table stands among the turns and is kept by nobody. */
  async survey(questions) {
    if (this.running) return;
    forgetUnasked();
    const turn = new SurveyTurn(questions, {
      onSource: this.more.onSource,
      onPassage: this.more.onPassage,
      onAgain: (old) => {
        this.takeAway(old);
        this.survey(old.questions);
      },
    });
    this.show(turn, questions.join("\n"));
    this.more.onSurveyed();
    await this.work(turn, (signal) => turn.run(signal));
  }

  show(turn, question) {
    if (!this.turns.length) fill(this.list);
    this.turns.push(turn);
    if (this.questions.at(-1) !== question) this.questions.push(question);
    this.list.append(turn.element);
    turn.element.scrollIntoView({ block: "start" });
  }

  takeAway(turn) {
    turn.element.remove();
    this.turns = this.turns.filter((one) => one !== turn);
  }

  /** Do what makes a turn, until it is done or stopped. */
  async work(turn, made) {
    const stopping = new AbortController();
    this.stopping = stopping;
    this.box.run(true);
    try {
      await made(stopping.signal);
    } catch (error) {
      if (error.name === "AbortError") {
        forgetUnasked();
        turn.stopped();
      } else this.failed(turn, error);
    } finally {
      if (this.stopping === stopping) {
        this.stopping = null;
        this.box.run(false);
      }
    }
  }

  failed(turn, error) {
    if (turn instanceof Turn) keepUnasked({ failed: true });
    turn.failed(error);
  }

  event(turn, name, data) {
    if (name === "passages") {
      keepUnasked({ answer: data.id, conversation: data.conversation, began: !state.conversation });
      turn.found(data);
    } else if (name === "statement") turn.stated(data);
    else if (name === "error") this.failed(turn, new Failed(0, data));
    else if (name === "done") {
      forgetUnasked();
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
