// Answers and conversations as files: a menu of the formats that the server can write.
import { download } from "/web/api.js";
import { add, button, fill, h, icon, toast } from "/web/dom.js";
import { state } from "/web/state.js";
import { t } from "/web/words.js";

/**
 * A menu "Save as …".
 * @param {(format: string) => string|[string, object]} address Where the download of a format is, and what to send there.
 * @param {object} [more] `label`: shown beside the icon, which else stands alone; `json`: offer JSON too; `formats`: what
 *   to offer instead of the formats of answers.
 */
export function saveMenu(address, { label = "", json = false, formats: own = null } = {}) {
  const name = t("save.as");
  const summary = label
    ? add(h("summary", { class: "quiet" }), icon("down"), label)
    : h("summary", { class: "icon-button", "aria-label": name, title: name }, icon("down"));
  const list = h("div", { class: "menu-list" });
  const menu = h("details", { class: "menu" }, summary, list);
  const shut = (back) => {
    if (back && menu.open) summary.focus();
    menu.open = false;
  };
  const outside = (event) => { if (!menu.contains(event.target)) shut(false); };
  menu.addEventListener("toggle", () => {
    document[menu.open ? "addEventListener" : "removeEventListener"]("pointerdown", outside);
    if (!menu.open) return;
    const formats = own ?? [...(state.status?.exports ?? ["docx", "html", "markdown"]), ...(json ? ["json"] : [])];
    fill(list, formats.map((format) => button(t(`save.${format}`), () => {
      shut(true);
      save(...[address(format)].flat());
    }, { class: "quiet", data: { format } })));
  });
  menu.addEventListener("focusout", (event) => {
    // Where a press gives a button no focus, as in Safari, it goes nowhere: the menu stays for the click.
    if (event.relatedTarget && !menu.contains(event.relatedTarget)) shut(false);
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    event.stopPropagation();
    shut(true);
  });
  return menu;
}

async function save(address, body) {
  toast(t("save.making"));
  try {
    const { name, content } = await download(address, body);
    const link = h("a", { href: URL.createObjectURL(content), download: name });
    link.click();
    // The browser has taken it up by then; what is let go at once is not saved everywhere.
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    toast(t("save.done", { name }));
  } catch (error) {
    toast(error.sentence ?? error.message);
  }
}
