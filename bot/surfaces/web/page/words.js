// The words of the page, in the reader's language. Each language is one file in strings/.
import english from "/web/strings/en.js";

export const LANGUAGES = { en: "English", de: "Deutsch", fr: "Français", ja: "日本語" };
const KEPT = "footnote.language";
let words = english;
let language = "en";
let plural = new Intl.PluralRules("en");

function wanted() {
  let kept = "";
  try { kept = localStorage.getItem(KEPT) ?? ""; } catch { /* storage may be switched off */ }
  const asked = kept ? [kept] : navigator.languages;
  for (const tag of asked) {
    const short = tag.toLowerCase().split("-")[0];
    if (short in LANGUAGES) return short;
  }
  return "en";
}

/** Load the words; to be awaited before anything is shown. */
export async function loadWords() {
  language = wanted();
  if (language !== "en") words = { ...english, ...(await import(`/web/strings/${language}.js`)).default };
  plural = new Intl.PluralRules(language);
  document.documentElement.lang = language;
}

/** Choose a language for good, and show the page in it. */
export function chooseLanguage(tag) {
  try { localStorage.setItem(KEPT, tag); } catch { /* then it holds for this page only */ }
  location.reload();
}

export function currentLanguage() { return language; }

/**
 * The words for `key`, with {name} filled from `values`; a word that depends on a number is chosen by `values.n`.
 */
export function t(key, values = {}) {
  let text = words[key] ?? english[key] ?? key;
  if (typeof text === "object") text = text[plural.select(Number(values.n))] ?? text.other;
  return text.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? value.toLocaleString(language) : value;
  });
}

/** Whether there are words for `key`. */
export function known(key) { return key in english; }

/**
 * What the server says in English; in the page's words where it has some for the code and its language is another, or
 * the server's advice is for programs.
 */
export function inWords(code, english, values) {
  const forPrograms = /\/(v1|openapi)/.test(english.remedy ?? "");
  if (`code.${code}` in words && (language !== "en" || forPrograms)) {
    return { message: t(`code.${code}`, values), remedy: "" };
  }
  return forPrograms ? { ...english, remedy: "" } : english;
}

/** A notice of the server's with the English sentences of `notice.…` in it said in the page's language. */
export function translated(text) {
  const notices = Object.keys(english).filter((key) => key.startsWith("notice."));
  return notices.reduce((told, key) => {
    const literal = english[key].replace(/[.*+?^$()|[\]\\]/g, "\\$&");
    const pattern = new RegExp(literal.replace(/\{(\w+)\}/g, "(?<$1>[^“”]+?)"), "g");
    return told.replace(pattern, (...found) => t(key, Object(found.at(-1))));
  }, text);
}

/** A model's name for a person: of a local file, its name without the path. */
export function modelName(model) { return model.replace(/^local:(?:.*[\\/])?/, ""); }

/** A file size for a person. */
export function size(bytes) {
  const units = ["kilobyte", "megabyte", "gigabyte"];
  let value = bytes && Math.max(bytes / 1000, 0.1);
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) { value /= 1000; unit += 1; }
  const digits = value < 10 ? 1 : 0;
  return new Intl.NumberFormat(language, {
    style: "unit", unit: units[unit], unitDisplay: "short", maximumFractionDigits: digits,
  }).format(value);
}

/** Seconds for a person. */
export function seconds(value) {
  return new Intl.NumberFormat(language, {
    style: "unit", unit: "second", unitDisplay: "short", maximumFractionDigits: value < 1 ? 2 : value < 10 ? 1 : 0,
  }).format(Math.max(value, 0.01));
}

/** A day for a person; "" for what is no date. */
export function day(iso) {
  const date = new Date(iso);
  if (!iso || Number.isNaN(date.getTime())) return "";
  // A day is written as in the reader's country, where the browser names it.
  const local = navigator.languages.find((tag) => tag.toLowerCase().split("-")[0] === language);
  return new Intl.DateTimeFormat(local ?? language, { dateStyle: "medium" }).format(date);
}
