// The form that lets a person in, where the server asks for it.
import { post } from "/web/api.js";
import { fill, h } from "/web/dom.js";
import { unasked } from "/web/unasked.js";
import { t } from "/web/words.js";

/** Show the form in `place`; resolves to the session. */
export function signIn(place, methods) {
  return new Promise((resolve) => {
    const trouble = h("p", { class: "trouble", role: "alert" });
    const name = h("input", { class: "field", id: "sign-name", autocomplete: "username", required: true, dir: "auto" });
    const password = h("input", { class: "field", id: "sign-password", type: "password", autocomplete: "current-password", required: true });
    const token = h("input", { class: "field", id: "sign-token", type: "password", autocomplete: "off", required: true });
    const send = async (event, body) => {
      event.preventDefault();
      trouble.textContent = "";
      try {
        resolve(await post("/v1/session", body()));
      } catch (error) {
        trouble.textContent = error.sentence ?? error.message;
      }
    };
    const byName = h(
      "form", { class: "sign-form", on: { submit: (event) => send(event, () => ({ name: name.value, password: password.value })) } },
      field("sign-name", t("signin.name"), name), field("sign-password", t("signin.password"), password),
      h("p", { class: "row end" }, h("button", { class: "strong", text: t("signin.do") })),
    );
    const byToken = h(
      "form", { class: "sign-form", on: { submit: (event) => send(event, () => ({ token: token.value })) } },
      field("sign-token", t("signin.token.label"), token),
      h("p", { class: "row end" }, h("button", { class: "strong", text: t("signin.do") })),
    );
    const both = methods.includes("password") && methods.includes("token");
    fill(place, h(
      "main", { class: "sign-in" }, h("h1", { text: t("signin.title") }),
      unasked() && h("p", { class: "muted", text: t("signin.again") }), trouble,
      methods.includes("password") && byName,
      both ? h("details", {}, h("summary", { text: t("signin.token") }), byToken) : methods.includes("token") && byToken,
    ));
    (methods.includes("password") ? name : token).focus();
  });
}

function field(id, label, input) {
  return h("p", {}, h("label", { class: "label", for: id, text: label }), input);
}
