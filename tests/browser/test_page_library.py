"""The library side: list, drop, choose, fail with a reason, read again, remove."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from browser_stage import quoting_site
from browser_steps import ask, count, leave, lit, overflow, until

from vectorstore.library import Library

pytestmark = pytest.mark.browser

DROP = """async ([files]) => {
  const transfer = new DataTransfer();
  for (const [name, text] of files) transfer.items.add(new File([text], name));
  for (const type of ["dragenter", "dragover", "drop"]) {
    document.body.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: transfer }));
  }
}"""


def test_documents_are_listed_with_state_size_and_pages(site: Any, open_page: Any) -> None:
    """Each document shows its title, file name, pages where it has some, size, and whether it is ready."""
    page = open_page(f"{site[0]}/#/documents")
    row = page.locator("tr", has_text="Lease of the office")
    row.wait_for()
    text = row.inner_text()
    assert "lease.pdf" in text and "3 pages" in text and "kB" in text and "Ready" in text
    assert page.locator("tbody tr").count() == 6
    page.fill(".tools input", "travel")
    count(page.locator("tbody tr"), 1)
    page.locator(".document-open").click()
    page.locator(".source-text", has_text="A hotel may cost up to 140 euros").wait_for()


def test_an_empty_library_says_so(tmp_path: Path, open_page: Any) -> None:
    """Asked without a document, the page says that there is nothing to search, and not that documents don't say."""
    Library.open(tmp_path / "new", create=True).close()
    with quoting_site(tmp_path / "new") as (address, _):
        page = open_page(address)
        said = ask(page, "When was it signed?").locator(".abstention").inner_text()
        assert "There is nothing to search." in said and "Add some" in said
        assert "don’t say" not in said and "0 documents" not in said
        leave(page)


def test_small_files_and_quick_answers_have_a_size(site: Any, open_page: Any) -> None:
    """No file is of 0 kB, no answer took 0.0086 seconds, and a day is written as the reader's country writes it."""
    page = open_page(f"{site[0]}/#/documents")
    page.locator("tbody tr").first.wait_for()
    made = page.evaluate(
        """async () => {
          const words = await import("/web/words.js");
          return [words.size(0), words.size(40), words.size(2_400), words.seconds(0.0086), words.seconds(12.34),
                  words.day("2026-11-25")];
        }"""
    )
    assert made == ["0 kB", "0.1 kB", "2.4 kB", "0.01 sec", "12 sec", "25 Nov 2026"]


def test_dropped_files_are_read_and_one_fails_with_its_reason(own_library: Path, open_page: Any) -> None:
    """Each file shows how it is doing; a bad one says why; the good one can be asked at once, its words lit."""
    with quoting_site(own_library) as (address, _):
        page = open_page(address)
        files = [
            ["canteen 🍜.md", "# Canteen\n\nThe canteen closes at half past two. 🍜 Soup costs three euros.\n"],
            ["broken.pdf", "%PDF-1.7 and nothing more"],
        ]
        page.evaluate(DROP, [files])
        count(page.locator(".job-file.added"), 1)
        failed = page.locator(".job-file.failed")
        failed.wait_for()
        assert "broken.pdf" in failed.inner_text() and failed.locator(".why").inner_text().endswith(".")
        assert "1 of 2 read, 1 failed" in page.locator(".job-head").inner_text()
        page.locator("tr", has_text="Canteen").wait_for()
        page.get_by_text("New question").click()
        turn = ask(page, "When does the canteen close?")
        turn.locator(".ref").first.click()
        assert lit(page) == "The canteen closes at half past two."
        leave(page)


def test_a_chosen_folder_keeps_its_names_and_goes_to_a_collection(
    own_library: Path, tmp_path: Path, open_page: Any
) -> None:
    """Files of a folder carry its name, and land in the collection that was written down."""
    folder = tmp_path / "reports"
    folder.mkdir()
    for number in (1, 2):
        (folder / f"q{number}.md").write_text(f"# Quarter {number}\n\nThe turnover was {number} million euros.\n")
    with quoting_site(own_library) as (address, _):
        page = open_page(f"{address}/#/documents")
        page.fill("#into", "finance")
        page.set_input_files("#choose-folder", str(folder))
        count(page.locator(".job-file.added"), 2)
        assert "reports/q1.md" in page.locator(".job-files").inner_text()
        page.locator("tr", has_text="Quarter 1").wait_for()
        page.select_option(".tools select", "finance")
        count(page.locator("tbody tr"), 2)
        page.get_by_label("Choose Quarter 2").check()
        page.get_by_text("Ask 1 document").click()
        turn = ask(page, "What was the turnover?")
        assert "2 million" in turn.locator(".statements").inner_text()
        leave(page)


def test_a_document_is_read_again_and_removed(own_library: Path, open_page: Any) -> None:
    """Reading again shows as a job; removing asks first; an old footnote still shows its words."""
    with quoting_site(own_library) as (address, _):
        page = open_page(address, expect=("404",))
        ask(page, "How much may a hotel cost?")
        talk = page.url
        page.locator(".side-link", has_text="Documents").click()
        page.get_by_label("Read Travel policy again").click()
        page.locator(".job-head", has_text="1 of 1 read").wait_for()
        page.get_by_label("Remove Travel policy").click()
        assert "Your file itself is not touched" in page.locator("dialog").inner_text()
        page.locator("dialog").get_by_text("Remove", exact=True).click()
        count(page.locator("tr", has_text="Travel policy"), 0)
        page.goto(talk)
        page.locator(".ref").first.click()
        page.locator(".source .trouble").wait_for()
        assert page.locator(".source mark").inner_text() == "A hotel may cost up to 140 euros a night."
        leave(page)


def test_a_removed_document_comes_back_by_undo_and_from_the_list(own_library: Path, open_page: Any) -> None:
    """Right after removing by "Undo", later from the list of what was removed; it can be asked again at once."""
    with quoting_site(own_library) as (address, _):
        page = open_page(f"{address}/#/documents")
        row = page.locator("tbody tr", has_text="Travel policy")
        for way in ("Undo", "Restore Travel policy"):
            page.get_by_label("Remove Travel policy").click()
            page.locator("dialog").get_by_text("Remove", exact=True).click()
            count(row, 0)
            if way != "Undo":
                page.reload()
                page.get_by_text("1 removed document can be brought back").click()
            page.get_by_role("button", name=way).click()
            count(row, 1)
            page.locator(".removed").wait_for(state="hidden")
        page.get_by_text("New question").click()
        turn = ask(page, "How much may a hotel cost?")
        assert "140 euros" in turn.locator(".statements").inner_text()
        leave(page)


@pytest.mark.parametrize("width", [390, 1280])
def test_several_documents_are_removed_at_once_and_come_back(width: int, own_library: Path, open_page: Any) -> None:
    """All by keyboard: choose, remove, confirm, and Undo brings back every one; the focus stays in the list."""
    with quoting_site(own_library) as (address, _):
        page = open_page(f"{address}/#/documents", viewport={"width": width, "height": 844})
        rows = page.locator("tbody tr")
        count(rows, 6)
        for title in ("Travel policy", "Staff handbook"):
            page.get_by_label(f"Choose {title}").focus()
            page.keyboard.press("Space")
        page.get_by_role("button", name="Remove 2 documents").focus()
        page.keyboard.press("Enter")
        assert "Remove 2 documents?" in page.locator("dialog").inner_text()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        count(rows, 4)
        assert "2 documents removed." in page.locator(".toast").inner_text()
        until(page, "document.activeElement.closest('.chosen') !== null")
        page.get_by_role("button", name="Undo").focus()
        page.keyboard.press("Enter")
        count(rows, 6)
        page.get_by_label("Choose all shown").check()
        assert page.get_by_role("button", name="Remove 6 documents").is_visible()
        assert overflow(page) <= 0
        page.get_by_label("Choose all shown").uncheck()
        assert page.get_by_role("button", name="Remove 6 documents").count() == 0
        leave(page)


def test_documents_are_moved_to_another_collection_and_back(own_library: Path, open_page: Any) -> None:
    """Chosen documents go to the collection that is named, old or new, and Undo puts them back; links to them hold."""
    with quoting_site(own_library) as (address, _):
        page = open_page(address, viewport={"width": 390, "height": 844})
        ask(page, "How much may a hotel cost?")
        talk = page.url
        page.goto(f"{address}/#/documents")
        row = page.locator("tbody tr", has_text="Travel policy")
        for _ in range(2):
            page.get_by_label("Choose Travel policy").check()
            page.get_by_role("button", name="Move…").click()
            page.fill("dialog input", "staff")
            page.press("dialog input", "Enter")
            page.locator(".toast", has_text="1 document is in staff now.").wait_for()
            row.get_by_text("staff").wait_for()
            if _ == 0:
                page.get_by_role("button", name="Undo").click()
                row.get_by_text("default").wait_for()
        page.goto(talk)
        page.locator(".ref").first.click()
        assert lit(page) == "A hotel may cost up to 140 euros a night."
        leave(page)


def test_the_focus_goes_to_the_next_document_after_removing_one(own_library: Path, open_page: Any) -> None:
    """Who removes one after the other by keyboard stays in the list, at its end too."""
    with quoting_site(own_library) as (address, _):
        page = open_page(f"{address}/#/documents")
        rows = page.locator("tbody tr")
        count(rows, 6)
        titles = page.locator(".document-open").all_inner_texts()
        for gone, next_one in ((2, 3), (5, 4)):
            page.get_by_label(f"Remove {titles[gone]}").focus()
            page.keyboard.press("Enter")
            page.locator("dialog").get_by_text("Remove", exact=True).press("Enter")
            count(page.get_by_label(f"Remove {titles[gone]}"), 0)
            until(page, "document.activeElement.ariaLabel", f"Remove {titles[next_one]}")
        leave(page)


def test_asking_works_while_files_are_read(own_library: Path, open_page: Any) -> None:
    """A question is answered while a job is still running, and the job is shown again after a reload."""
    with quoting_site(own_library) as (address, _):
        page = open_page(f"{address}/#/documents")
        files = [[f"note {n}.md", f"# Note {n}\n\nThe number of this note is {n * 37}.\n"] for n in range(40)]
        page.evaluate(DROP, [files])
        page.locator(".job").wait_for()
        other = open_page(address)
        turn = ask(other, "How much may a hotel cost?")
        assert "140 euros" in turn.locator(".statements").inner_text()
        page.locator(".job-head", has_text="40 of 40 read").wait_for(timeout=60_000)
        leave(other)
        leave(page)


def test_a_long_document_opens_at_the_passage_and_reads_on(own_library: Path, open_page: Any) -> None:
    """Of a long text only what surrounds the passage is loaded; more comes on demand, the lit characters stay."""
    line = "Line {n} of the log 🧾 says nothing of note about the weather or the tide.\n\n"
    half = [line.format(n=n) for n in range(1500)]
    needle = "The lighthouse keeper 🗼 is called Ingrid Solberg."
    text = "".join([*half, f"{needle}\n\n", *half])
    with quoting_site(own_library) as (address, _):
        page = open_page(f"{address}/#/documents")
        page.evaluate(DROP, [[["log.txt", text]]])
        page.locator(".job-file.added").wait_for(timeout=180_000)  # a quarter of a megabyte is embedded
        page.get_by_text("New question").click()
        ask(page, "Who is the lighthouse keeper?").locator(".ref").first.click()
        assert lit(page) == needle
        shown = "node => node.textContent.length"
        before = page.locator(".source-text").evaluate(shown)
        assert before < len(text) / 2
        page.get_by_text("Show earlier text").click()
        page.get_by_text("Show later text").click()
        count(page.locator(".source .more"), 2)
        while page.locator(".source .more").count():
            # Clicked by script: the button may go between looking for it and clicking it.
            page.evaluate("() => document.querySelector('.source .more button')?.click()")
            page.wait_for_timeout(50)
        assert lit(page) == needle
        assert page.locator(".source-text").evaluate("node => node.textContent").strip() == text.strip()
        leave(page)
