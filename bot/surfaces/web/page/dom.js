// Elements are made here and nowhere else. Text is always text: no string is ever parsed as markup.

/**
 * Make an element.
 * @param {string} tag Its name.
 * @param {object} [attributes] `class`, `text`, `on` (listeners), `data` (data-…), or attributes by name;
 *   null, undefined and false leave one out, true sets it empty. Names come from our code only.
 * @param {...(Node|string|null|undefined|false)} children Nodes, or text.
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "text") element.textContent = value;
    else if (name === "on") {
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    } else if (name === "data") Object.assign(element.dataset, value);
    else if (name === "value") element.value = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  add(element, ...children);
  return element;
}

/** Append children, leaving out what is empty. */
export function add(parent, ...children) {
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false && child !== "") parent.append(child);
  }
  return parent;
}

/** Replace all children. */
export function fill(parent, ...children) {
  parent.replaceChildren();
  return add(parent, ...children);
}

/** Text of a person or a document: its own direction, never markup. */
export function said(tag, text, attributes = {}) {
  return h(tag, { dir: "auto", text, ...attributes });
}

/** A button with a label; `more` as for `h`. */
export function button(label, onClick, more = {}) {
  return h("button", { type: "button", text: label, on: { click: onClick }, ...more });
}

const SVG = "http://www.w3.org/2000/svg";
const SHAPES = {
  close: "M6 6l12 12M18 6L6 18",
  menu: "M4 7h16M4 12h16M4 17h16",
  up: "M12 19V5M6 11l6-6 6 6",
  stop: "M7 7h10v10H7z",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  wide: "M4 10V4h6M20 14v6h-6M4 4l6 6M20 20l-6-6",
  previous: "M15 5l-7 7 7 7",
  next: "M9 5l7 7-7 7",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  link: "M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.700-5.700l-1.500 1.500M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.700 5.700l1.500-1.500",
  good: "M7 11v9H4v-9zM7 11l4-8a2.500 2.500 0 0 1 2.500 2.500V9h5.300a1.700 1.700 0 0 1 1.700 2l-1.300 7.400a2 2 0 0 1-2 1.600H7",
  bad: "M17 13V4h3v9zM17 13l-4 8a2.500 2.500 0 0 1-2.500-2.500V15H5.200a1.700 1.700 0 0 1-1.700-2l1.300-7.400a2 2 0 0 1 2-1.600H17",
  filter: "M4 6h16M7 12h10M10 18h4",
  pen: "M4 20l1-4L16 5l3 3L8 19z",
  bin: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  down: "M12 4v12M6 11l6 6 6-6M5 20h14",
  again: "M19 12a7 7 0 1 1-2-5M17 3v4h-4",
  key: "M14.500 9.500a4 4 0 1 1-5.700 5.700 4 4 0 0 1 5.700-5.700zM14.500 9.500L20 4M17 7l3 3",
  out: "M14 5h5v5M19 5l-8 8M18 14v5H5V6h5",
  short: "M4 8h16M4 13h8",
  rows: "M4 5h16v14H4zM4 10h16M4 14.500h16M10 10v9",
  book: "M12 6C10 4.500 7 4.500 4 5v14c3-.5 6-.5 8 1 2-1.500 5-1.500 8-1V5c-3-.5-6-.5-8 1zM12 6v14",
};

/** A line drawing beside a label, or alone in a button that has an aria-label. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "icon");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", SHAPES[name]);
  svg.append(path);
  return svg;
}

/** A button that shows only an icon; the label is read out and shown on hover. */
export function iconButton(name, label, onClick, more = {}) {
  const made = h("button", {
    type: "button", class: "icon-button", "aria-label": label, title: label, on: { click: onClick }, ...more,
  });
  made.append(icon(name));
  return made;
}

let region = null;

/** Say something to screen readers. */
export function announce(text) {
  region ??= document.getElementById("live");
  region.textContent = "";
  // A change in the next frame is noticed even if the words are the same as before.
  requestAnimationFrame(() => { region.textContent = text; });
}

/**
 * Say something in passing, to eyes and to screen readers.
 * @param {string} text What.
 * @param {{label: string, act: () => void}} [offer] What can be done about it; it then stays longer.
 */
export function toast(text, offer) {
  document.querySelector(".toast")?.remove();
  const shown = h("div", { class: "toast", text });
  if (offer) {
    add(shown, button(offer.label, () => {
      shown.remove();
      offer.act();
    }, { class: "toast-act" }));
  }
  document.body.append(shown);
  announce(text);
  setTimeout(() => shown.remove(), offer ? 12_000 : 3200);
}
