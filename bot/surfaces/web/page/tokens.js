// The access tokens of an account: made, shown once, revoked one by one.
import { get, post, remove } from "/web/api.js";
import { copyText } from "/web/copying.js";
import { add, button, fill, h, iconButton, said } from "/web/dom.js";
import { day, t } from "/web/words.js";

const DAYS = [30, 90, 365];

/** Open the dialog of one's tokens. */
export function openTokens() {
  const trouble = h("p", { class: "trouble", role: "alert" });
  const list = h("ul", { class: "tokens" });
  const fresh = h("div", { role: "status" });
  const name = h("input", { class: "field", id: "token-name", maxlength: 100, required: true, dir: "auto", autocomplete: "off" });
  const days = h(
    "select", { class: "field", id: "token-days" },
    ...DAYS.map((n) => h("option", { value: n, text: t("tokens.days", { n }) })), h("option", { value: "", text: t("tokens.forever") }),
  );
  days.value = "90";

  const tried = async (work) => {
    trouble.textContent = "";
    try { await work(); } catch (error) { trouble.textContent = error.sentence ?? error.message; }
  };
  const load = async () => {
    const { tokens } = await get("/v1/tokens");
    fill(list, tokens.map((token) => h(
      "li", {}, said("span", token.name || token.id), h("span", { class: "muted small", text: about(token) }),
      button(t("tokens.revoke"), () => tried(async () => {
        await remove(`/v1/tokens/${token.id}`);
        fill(fresh);
        await load();
      }), { class: "plain", "aria-label": t("tokens.revoke.of", { name: token.name || token.id }) }),
    )));
    if (!tokens.length) add(list, h("li", { class: "muted", text: t("tokens.none") }));
  };
  const make = (event) => {
    event.preventDefault();
    tried(async () => {
      const made = await post("/v1/tokens", { name: name.value.trim(), days: days.value ? Number(days.value) : null });
      name.value = "";
      const shown = h("input", { class: "field", id: "token-made", readonly: true, value: made.token });
      fill(fresh, h("label", { class: "label", for: "token-made", text: t("tokens.made") }), h(
        "p", { class: "row" }, shown, iconButton("copy", t("tokens.copy"), () => copyText(made.token)),
      ));
      shown.select();
      await load();
    });
  };
  const form = h(
    "form", { on: { submit: make } },
    h("p", {}, h("label", { class: "label", for: "token-name", text: t("tokens.name") }), name),
    h("p", {}, h("label", { class: "label", for: "token-days", text: t("tokens.ends") }), days),
    h("p", { class: "row end" }, h("button", { class: "strong", text: t("tokens.make") })),
  );
  const dialog = h(
    "dialog", { "aria-labelledby": "tokens-title" }, h("h2", { id: "tokens-title", text: t("tokens.title") }),
    h("p", { class: "muted", text: t("tokens.lead") }), trouble, list, fresh, form,
    h("p", { class: "row end" }, button(t("tokens.close"), () => dialog.close(), { class: "plain" })),
  );
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  tried(load);
}

function about(token) {
  const used = token.used ? t("tokens.used", { day: day(token.used) }) : t("tokens.unused");
  return `${token.expires ? t("tokens.until", { day: day(token.expires) }) : t("tokens.forever")} · ${used}`;
}
