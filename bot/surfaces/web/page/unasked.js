// The question that has no answer yet. It is kept for this tab, so that neither a reload nor a sign-in loses it.
const KEY = "footnote.unasked";
let leaving = false;

// A page that is left cuts its own stream, which is then no failure.
addEventListener("pagehide", () => { leaving = true; });
addEventListener("pageshow", () => { leaving = false; });

/** Keep what is asked: {question, filter, conversation, answer, failed}. */
export function keepUnasked(values) {
  if (leaving) return;
  try { sessionStorage.setItem(KEY, JSON.stringify({ ...unasked(), ...values })); } catch { /* storage may be switched off */ }
}

/** What is kept, or null. */
export function unasked() {
  try { return JSON.parse(sessionStorage.getItem(KEY)); } catch { return null; }
}

/** There is an answer, or the person wants none. */
export function forgetUnasked() {
  if (leaving) return;
  try { sessionStorage.removeItem(KEY); } catch { /* then nothing was kept */ }
}

const PLACE = "footnote.place";

/** Keep where the page is, while the browser is at the identity provider. */
export function keepPlace() {
  try { sessionStorage.setItem(PLACE, location.hash); } catch { /* then it begins anew */ }
}

/** Where the page was, told once; "" for nowhere in particular. */
export function placeKept() {
  try {
    const kept = sessionStorage.getItem(PLACE) ?? "";
    sessionStorage.removeItem(PLACE);
    return kept;
  } catch { return ""; }
}
