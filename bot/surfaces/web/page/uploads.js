// Files on their way into the library: dropped or chosen, sent, read, each with its progress.
import { get, upload, watchJob } from "/web/api.js";
import { add, announce, fill, h, iconButton, said } from "/web/dom.js";
import { mayEdit, state, tell } from "/web/state.js";
import { t } from "/web/words.js";

const OPEN = new Set(["waiting", "loading"]);
const WAITING = new Set(["waiting", "running"]);

/** Shows jobs, one card each. */
export class Uploads {
  constructor() {
    this.element = h("div", { class: "jobs" });
    this.watched = new Set();
  }

  /** Send files into a collection, in as many requests as the server's limits ask for. */
  async send(files, collection) {
    state.status ??= await get("/v1/status"); // files may be dropped before the page has asked
    const { upload_files: most, upload_megabytes: megabytes } = state.status.limits;
    const largest = megabytes * 1024 * 1024;
    const refused = files.filter(({ file }) => file.size > largest);
    if (refused.length) this.refuse(refused, t("job.toobig", { most: megabytes }));
    let batch = [];
    let bytes = 0;
    const batches = [];
    for (const one of files.filter((sent) => !refused.includes(sent))) {
      // A tenth is left for the form around the files.
      if (batch.length === most || (batch.length && bytes + one.file.size > largest * 0.9)) {
        batches.push(batch);
        batch = [];
        bytes = 0;
      }
      batch.push(one);
      bytes += one.file.size;
    }
    if (batch.length) batches.push(batch);
    for (const each of batches) await this.sendBatch(each, collection);
  }

  async sendBatch(files, collection) {
    const card = new Card();
    this.element.prepend(card.element);
    const progress = (share) => card.sending(files.length, share);
    progress(0);
    try {
      const job = await upload(files, collection, progress);
      this.watch(job, card);
    } catch (error) {
      card.failed(error.sentence ?? error.message);
    }
  }

  refuse(files, reason) {
    const card = new Card();
    this.element.prepend(card.element);
    card.job({ files: files.map(({ name }, index) => ({ index, name, state: "failed", message: reason })), state: "done" });
  }

  /** Follow a job to its end. */
  watch(job, card = new Card()) {
    if (this.watched.has(job.id)) { card.element.remove(); return; }
    this.watched.add(job.id);
    if (!card.element.isConnected) this.element.prepend(card.element);
    card.job(job);
    watchJob(job.id, {
      onJob: (data) => card.job(data),
      onFile: (file) => {
        card.file(file);
        if (!OPEN.has(file.state)) tell("documents");
      },
      onLost: () => {
        this.watched.delete(job.id);
        card.failed(t("error.lost"));
      },
      onDone: (data) => {
        card.job(data);
        announce(card.head.textContent);
        tell("documents");
      },
    });
  }

  /** Take up jobs that are under way, after a reload. */
  async resume() {
    if (!mayEdit()) return;
    try {
      const { jobs } = await get("/v1/jobs");
      for (const job of jobs.filter((one) => WAITING.has(one.state)).reverse()) this.watch(job);
    } catch { /* the banner says so */ }
  }
}

class Card {
  constructor() {
    this.rows = new Map();
    this.head = said("p", "");
    this.bar = h("progress", { max: 1, value: 0, "aria-label": t("library.title") });
    this.list = h("ul", { class: "job-files", tabindex: "0", "aria-label": t("library.title") });
    this.dismiss = iconButton("close", t("job.dismiss"), () => this.element.remove(), { hidden: true });
    this.element = h("section", { class: "job" }, h("div", { class: "job-head" }, this.head, this.dismiss), this.bar, this.list);
  }

  sending(n, share) {
    this.head.textContent = t("job.sending", { n, share: Math.round(share * 100) });
    this.bar.value = share;
  }

  job(job) {
    this.files = job.files;
    const ended = !WAITING.has(job.state);
    for (const file of job.files) this.row(file);
    if (job.state === "failed") this.failed([job.error?.message ?? t("job.failed"), job.error?.remedy].filter(Boolean).join(" "));
    else this.count(ended);
  }

  file(file) {
    this.files[file.index] = file;
    this.row(file);
    this.count(false);
  }

  count(ended) {
    const n = this.files.length;
    const closed = this.files.filter((file) => !OPEN.has(file.state));
    const failed = closed.filter((file) => file.state === "failed").length;
    this.bar.value = n ? closed.length / n : 1;
    this.bar.hidden = ended;
    this.dismiss.hidden = !ended;
    const values = { n, added: closed.length - failed, failed };
    this.head.textContent = !ended ? t("job.upload", { n }) : t(failed ? "job.done.failed" : "job.done", values);
  }

  row(file) {
    const words = file.state === "failed" ? t("job.failed.file") : t(`job.${file.state}`);
    const made = h(
      "li", { class: `job-file ${file.state}` }, said("span", file.name), h("span", { class: "state", text: words }),
      file.message && said("span", file.message, { class: "why" }),
    );
    if (this.rows.has(file.index)) this.rows.get(file.index).replaceWith(made);
    else add(this.list, made);
    this.rows.set(file.index, made);
  }

  failed(sentence) {
    fill(this.head, h("span", { class: "trouble", text: sentence }));
    this.bar.hidden = true;
    this.dismiss.hidden = false;
    announce(sentence);
  }
}

/** The files of a drop, folders opened: [{file, name}], name with its folder. */
export async function droppedFiles(transfer) {
  // The entries must be asked for before the first wait: the browser empties the list then.
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return chosenFiles(transfer.files);
  const found = [];
  for (const entry of entries) await walk(entry, "", found);
  return found;
}

/** The files of an input, [{file, name}]. */
export function chosenFiles(list) {
  return [...list].filter((file) => !hidden(file.name)).map((file) => ({ file, name: file.webkitRelativePath || file.name }));
}

async function walk(entry, folder, found) {
  if (hidden(entry.name)) return;
  const name = folder ? `${folder}/${entry.name}` : entry.name;
  if (entry.isFile) {
    found.push({ file: await new Promise((resolve, reject) => entry.file(resolve, reject)), name });
    return;
  }
  const reader = entry.createReader();
  // A reader hands out its entries in portions, until one is empty.
  for (;;) {
    const portion = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!portion.length) return;
    for (const one of portion) await walk(one, name, found);
  }
}

function hidden(name) { return name.startsWith(".") || name === "Thumbs.db"; }
