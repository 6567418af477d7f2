// What the parts of the page share, and how they hear of changes.

/** Events: "status", "conversations", "documents", "filter", "view". */
export const changes = new EventTarget();

export const state = {
  /** GET /v1/session. */
  session: null,
  /** GET /v1/status. */
  status: null,
  /** Where the next question looks: as `filter` of POST /v1/ask, documents as {id, title}. */
  filter: emptyFilter(),
  /** Id of the open conversation, or null for one that has not begun. */
  conversation: null,
};

export function emptyFilter() {
  return { collections: [], documents: [], media_types: [], modified_after: "", modified_before: "",
    authors: [], created_after: "", created_before: "", tags: [] };
}

/** The filter as the API takes it. */
export function filterBody() {
  return { ...state.filter, documents: state.filter.documents.map((document) => document.id) };
}

export function filterIsEmpty() {
  return Object.values(state.filter).every((value) => value.length === 0);
}

export function tell(name) { changes.dispatchEvent(new Event(name)); }

export function onChange(name, listener) { changes.addEventListener(name, listener); }

/** Whether the caller may change documents. */
export function mayEdit() { return state.session?.role === "editor"; }
