// What a reader thinks of an answer: a thumb and a word.
import { post, remove } from "/web/api.js";
import { add, h, iconButton, toast } from "/web/dom.js";
import { t } from "/web/words.js";

/**
 * Two thumbs and a form for a word.
 * @param {string} answer Id of the answer.
 * @param {object|null} kept Feedback that was given before.
 */
export function thumbs(answer, kept) {
  let feedback = kept;
  const word = h("form", { class: "word", hidden: true });
  const input = h("input", {
    class: "field", "aria-label": t("answer.word"), placeholder: t("answer.word"), maxlength: 4000, dir: "auto",
    autocomplete: "off",
  });
  add(word, input, h("button", { class: "plain", text: t("answer.word.send") }));
  const both = ["up", "down"].map((thumb) => iconButton(
    thumb === "up" ? "good" : "bad", t(thumb === "up" ? "answer.good" : "answer.bad"), () => choose(thumb),
    { "aria-pressed": "false", data: { thumb } },
  ));
  const mark = () => both.forEach((made) =>
    made.setAttribute("aria-pressed", String(feedback?.thumb === made.dataset.thumb)));
  const keep = async (thumb, comment) => {
    try {
      feedback = await post("/v1/feedback", { answer, thumb, comment });
      return true;
    } catch (error) {
      toast(error.sentence ?? error.message);
      return false;
    } finally { mark(); }
  };
  const choose = async (thumb) => {
    if (feedback?.thumb === thumb) {
      try { await remove(`/v1/feedback/${feedback.id}`); } catch (error) { toast(error.sentence); return; }
      feedback = null;
      word.hidden = true;
      mark();
      return;
    }
    if (!await keep(thumb, feedback?.comment ?? "")) return;
    word.hidden = false;
    input.focus();
  };
  word.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!feedback) return;
    if (!await keep(feedback.thumb, input.value.trim())) return;
    word.hidden = true;
    toast(t("answer.thanks"));
  });
  input.value = feedback?.comment ?? "";
  mark();
  return [...both, word];
}
