// Questions to the person that must be answered first.
import { add, button, h } from "/web/dom.js";
import { t } from "/web/words.js";

function open(title, content, go, { danger = false } = {}) {
  const heading = h("h2", { id: "dialog-title", text: title });
  const form = h("form", { method: "dialog" }, heading, ...content);
  const dialog = h("dialog", { "aria-labelledby": "dialog-title" }, form);
  add(form, h(
    "div", { class: "row end" }, button(t("app.cancel"), () => dialog.close(""), { class: "plain" }),
    h("button", { class: danger ? "plain trouble" : "strong", text: go, value: "go" }),
  ));
  document.body.append(dialog);
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "go");
    });
    // `method="dialog"` counts as a form action, which the page's policy forbids.
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      dialog.close("go");
    });
    dialog.showModal();
  });
}

/** Ask for a yes; `go` says what it does. */
export function confirmed(title, text, go) {
  return open(title, [h("p", { dir: "auto", text })], go, { danger: true });
}

/** Ask for a line of text, with suggestions if there are some; null when the person would rather not. */
export async function asked(title, label, value, go, most, known = []) {
  const input = h("input", {
    class: "field", id: "dialog-field", value, maxlength: most, required: true, dir: "auto", autocomplete: "off",
    list: known.length ? "dialog-known" : null,
  });
  const list = known.length > 0 && h("datalist", { id: "dialog-known" }, known.map((one) => h("option", { value: one })));
  const waiting = open(title, [h("label", { class: "label", for: "dialog-field", text: label }), input, list].filter(Boolean), go);
  input.select();
  return (await waiting) ? input.value.trim() : null;
}
