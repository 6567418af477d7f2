// The form that lets a person in, where the server asks for it.
import { post } from "/web/api.js";
import { fill, h } from "/web/dom.js";
import { keepPlace, placeKept, unasked } from "/web/unasked.js";
import { known, t } from "/web/words.js";

const FAILED = /^#\/sign-in\/(sign_in_[a-z]+)$/;

/** Show the form in `place`; resolves to the session. */
export function signIn(place, { methods, provider }) {
  return new Promise((resolve) => {
    const trouble = h("p", { class: "trouble", role: "alert", text: whyNot() });
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
    // A link and no form: the browser leaves for the provider, and no form of the page may send anything anywhere.
    const byProvider = provider && h(
      "p", { class: "row" },
      h("a", { class: "strong", id: "sign-provider", href: "/v1/session/oidc", text: t("signin.provider", { name: provider }), on: { click: keepPlace } }),
    );
    const byName = h(
      "form", { class: "sign-form", on: { submit: (event) => send(event, () => ({ name: name.value, password: password.value })) } },
      field("sign-name", t("signin.name"), name), field("sign-password", t("signin.password"), password),
      h("p", { class: "row end" }, h("button", { class: provider ? "plain" : "strong", text: t("signin.do") })),
    );
    const byToken = h(
      "form", { class: "sign-form", on: { submit: (event) => send(event, () => ({ token: token.value })) } },
      field("sign-token", t("signin.token.label"), token),
      h("p", { class: "row end" }, h("button", { class: provider ? "plain" : "strong", text: t("signin.do") })),
    );
    const several = methods.length > 1;
    fill(place, h(
      "main", { class: "sign-in" }, h("h1", { text: t("signin.title") }),
      unasked() && h("p", { class: "muted", text: t("signin.again") }), trouble, byProvider,
      methods.includes("password") && byName,
      several ? h("details", {}, h("summary", { text: t("signin.token") }), byToken) : methods.includes("token") && byToken,
    ));
    (place.querySelector("#sign-provider, #sign-name, #sign-token")).focus();
  });
}

/** Go back to where the page was before the browser left for the identity provider. */
export function returnToPlace() {
  const kept = placeKept();
  if (kept && !location.hash) history.replaceState(null, "", kept);
}

/** Why the identity provider's answer did not let the person in, in words; "" where nothing of the kind happened. */
function whyNot() {
  const code = FAILED.exec(location.hash)?.[1];
  if (!code) return "";
  history.replaceState(null, "", "/");
  return t(known(`code.${code}`) ? `code.${code}` : "code.sign_in_refused");
}

function field(id, label, input) {
  return h("p", {}, h("label", { class: "label", for: id, text: label }), input);
}
