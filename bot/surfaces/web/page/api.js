// The HTTP API (docs/http-api.md): requests, errors in words, streams.
import { inWords, t } from "/web/words.js";

/** What the server, or the way to it, says went wrong. */
export class Failed extends Error {
  constructor(status, body = {}) {
    const { message, remedy } = inWords(body.code, body, { n: body.wait ?? 60 });
    super(message || t("error.unknown", { status }));
    this.status = status;
    this.code = body.code ?? "";
    this.remedy = remedy ?? "";
    this.request = body.request_id ?? "";
  }

  /** Message and remedy; what is to be reported names its request. */
  get sentence() {
    const said = this.remedy ? `${this.message} ${this.remedy}` : this.message;
    return this.code === "internal" && this.request ? `${said} (${this.request})` : said;
  }
}

/** Told of lost and found connections ("lost", "found") and of a session that ended ("signin"). */
export const connection = new EventTarget();
let lost = false;

function noteLost() {
  if (lost) return;
  lost = true;
  connection.dispatchEvent(new Event("lost"));
  let wait = 1000;
  const look = async () => {
    try {
      const answer = await fetch("/healthz", { cache: "no-store" });
      if (answer.ok) {
        lost = false;
        connection.dispatchEvent(new Event("found"));
        return;
      }
    } catch { /* still away */ }
    wait = Math.min(wait * 1.5, 10000);
    setTimeout(look, wait);
  };
  setTimeout(look, wait);
}

async function send(path, options = {}) {
  let answer;
  try {
    answer = await fetch(path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    noteLost();
    throw new Failed(0, { code: "offline", message: t("error.lost"), remedy: t("error.lost.remedy") });
  }
  if (answer.ok) return answer;
  throw await failure(answer);
}

async function failure(answer) {
  let body = {};
  try { body = (await answer.json()).error ?? {}; } catch { /* not our server's words */ }
  const failed = new Failed(answer.status, { ...body, wait: Number(answer.headers.get("Retry-After")) || undefined });
  if (failed.code === "sign_in_needed") connection.dispatchEvent(new Event("signin"));
  return failed;
}

function withJson(method, body) {
  return { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
}

export async function get(path) { return (await send(path)).json(); }
export async function post(path, body) { return (await send(path, withJson("POST", body))).json(); }
export async function put(path, body) { return (await send(path, withJson("PUT", body))).json(); }
/** POST what is answered with nothing. */
export async function tellServer(path, body) { await send(path, withJson("POST", body)); }
export async function patch(path, body) { return (await send(path, withJson("PATCH", body))).json(); }
/** DELETE; what is answered, if anything is. */
export async function remove(path) {
  const answer = await send(path, { method: "DELETE" });
  return answer.status === 204 ? null : answer.json();
}

/** What a path gives as a download, asked with a body where it takes one: its name and its content. */
export async function download(path, body) {
  const answer = await send(path, body && withJson("POST", body));
  const given = /filename\*=UTF-8''([^;]+)/.exec(answer.headers.get("Content-Disposition") ?? "");
  return { name: given ? decodeURIComponent(given[1]) : "download", content: await answer.blob() };
}

/** A path with its query; empty values are left out. */
export function path(base, query = {}) {
  const kept = Object.entries(query).filter(([, value]) => value !== "" && value !== null && value !== undefined);
  return kept.length ? `${base}?${new URLSearchParams(kept)}` : base;
}

/** Whether the original of a document can be fetched: "" or the reason in words. */
export async function originalTrouble(id) {
  try {
    const answer = await send(`/v1/documents/${id}/original`, { headers: { Range: "bytes=0-0" } });
    await answer.body?.cancel();
    return "";
  } catch (error) {
    return error.status === 416 ? "" : error.sentence ?? error.message;
  }
}

/** Ask; yield [event, data] as they come. `body` as POST /v1/ask takes it. */
export function ask(body, signal) { return streamed("/v1/ask", body, signal); }

/** Ask each document; yield [event, data] as they come. `body` as POST /v1/survey takes it. */
export function survey(body, signal) { return streamed("/v1/survey", body, signal); }

/**
 * Yield [event, data] as they come. Ends after "done" or "error"; a stream that is cut throws.
 * @param {string} path Where to.
 * @param {object} body What is sent.
 * @param {AbortSignal} signal Stops it.
 */
async function* streamed(path, body, signal) {
  const options = withJson("POST", body);
  options.headers.Accept = "text/event-stream";
  const answer = await send(path, { ...options, signal });
  let ended = false;
  try {
    for await (const [name, data] of events(answer.body)) {
      ended ||= name === "done" || name === "error";
      yield [name, data];
    }
  } catch (error) {
    if (error.name === "AbortError" || ended) throw error;
    noteLost();
  }
  if (!ended) throw new Failed(0, { code: "cut", message: t("error.cut"), remedy: t("error.cut.remedy") });
}

/** The server-sent events of a response's body. */
export async function* events(body) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let kept = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      kept += decoder.decode(value, { stream: true });
      let end;
      while ((end = kept.indexOf("\n\n")) >= 0) {
        const block = kept.slice(0, end);
        kept = kept.slice(end + 2);
        const event = parsed(block);
        if (event) yield event;
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

function parsed(block) {
  let name = "message";
  const data = [];
  for (const line of block.split("\n")) {
    if (line.startsWith("event:")) name = line.slice(6).trim();
    else if (line.startsWith("data:")) data.push(line.slice(5).replace(/^ /, ""));
  }
  return data.length ? [name, JSON.parse(data.join("\n"))] : null;
}

/** Send files; resolves to the job. `onProgress` is told the share that has been sent, 0 to 1. */
export function upload(files, collection, onProgress) {
  const form = new FormData();
  for (const { file, name } of files) form.append("files", file, name);
  if (collection) form.append("collection", collection);
  return new Promise((resolve, reject) => {
    // fetch cannot tell how much has been sent.
    const request = new XMLHttpRequest();
    request.open("POST", "/v1/documents");
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    });
    request.addEventListener("load", () => {
      if (request.status === 202) { resolve(request.response.job); return; }
      const failed = new Failed(request.status, request.response?.error ?? {});
      if (failed.code === "sign_in_needed") connection.dispatchEvent(new Event("signin"));
      reject(failed);
    });
    request.addEventListener("error", () => {
      noteLost();
      reject(new Failed(0, { message: t("error.lost"), remedy: t("error.lost.remedy") }));
    });
    request.send(form);
  });
}

/** Watch a job until it ends; the browser reconnects by itself. */
export function watchJob(id, { onJob, onFile, onDone, onLost }) {
  const source = new EventSource(`/v1/jobs/${id}/events`);
  source.addEventListener("job", (event) => onJob(JSON.parse(event.data)));
  source.addEventListener("file", (event) => onFile(JSON.parse(event.data)));
  source.addEventListener("done", (event) => {
    source.close();
    onDone(JSON.parse(event.data));
  });
  // A lost connection comes back by itself; a refusal does not.
  source.addEventListener("error", () => { if (source.readyState === EventSource.CLOSED) onLost(); });
}
