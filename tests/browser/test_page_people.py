"""People on the page: signing in at an identity provider of another site and out again, and access tokens."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from browser_stage import quoting_site
from identity_provider import CLIENT, SECRET, identity_provider
from test_page_access import violations

from bot.surfaces.web.storage.accounts import Accounts
from bot.surfaces.web.storage.database import Database

pytestmark = pytest.mark.browser


def test_a_person_signs_in_at_another_site_and_comes_back(own_library: Path, open_page: Any) -> None:
    """To where the page was; a failure is said in the reader's language; signing out ends it there too."""
    with identity_provider() as provider:
        provider.address = provider.address.replace("127.0.0.1", "localhost")  # for a browser another site
        chosen = {"oidc_issuer": provider.address, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
        with quoting_site(own_library, oidc_label="Acme", **chosen) as (address, _):
            page = open_page(f"{address}/#/documents", locale="de-DE")
            link = page.get_by_role("link", name="Mit Acme anmelden")
            link.wait_for()
            assert page.locator("#sign-name").count() == 0  # there is no account with a password
            provider.error = "access_denied"
            link.click()
            page.locator(".trouble", has_text="Der Anmeldedienst hat Sie nicht eingelassen").wait_for()
            assert "sign_in" not in page.url
            provider.error = ""
            page.evaluate("location.hash = '#/documents'")
            page.get_by_role("link", name="Mit Acme anmelden").click()
            page.locator("tbody tr").first.wait_for()
            assert page.url.endswith("#/documents")
            page.locator(".side-foot", has_text="ana").wait_for()
            page.get_by_label("Abmelden").click()
            page.get_by_role("link", name="Mit Acme anmelden").wait_for()
            assert not page.evaluate("fetch('/v1/session').then((answer) => answer.json())")["signed_in"]


def test_an_access_token_is_made_shown_once_and_revoked(own_library: Path, open_page: Any) -> None:
    """By keyboard, with what it is for and its end; the list has it without its secret."""
    database = Database(own_library)
    Accounts(database).add("ana", password="correct horse battery")
    database.close()
    with quoting_site(own_library) as (address, _):
        page = open_page(address)
        page.fill("#sign-name", "ana")
        page.fill("#sign-password", "correct horse battery")
        page.press("#sign-password", "Enter")
        page.get_by_role("button", name="Access tokens").click()
        page.get_by_text("There are none yet.").wait_for()
        page.fill("#token-name", "Weekly report")
        page.press("#token-name", "Enter")
        token = page.locator("#token-made")
        token.wait_for()
        secret = token.input_value()
        assert secret.startswith("fnt_")
        row = page.locator(".tokens li", has_text="Weekly report")
        row.get_by_text("never used").wait_for()
        page.get_by_role("button", name="Close").click()
        page.get_by_role("button", name="Access tokens").click()
        row.wait_for()
        assert page.locator("#token-made").count() == 0 and secret not in page.content()
        row.get_by_role("button", name="Revoke").click()
        page.get_by_text("There are none yet.").wait_for()


def test_axe_finds_nothing(own_library: Path, open_page: Any) -> None:
    """No barrier in the form with a provider's link, nor in the dialog of tokens."""
    database = Database(own_library)
    Accounts(database).add("ana", password="correct horse battery")
    database.close()
    with identity_provider() as provider:
        chosen = {"oidc_issuer": provider.address, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
        with quoting_site(own_library, **chosen) as (address, _):
            page = open_page(address)
            page.locator("#sign-provider").wait_for()
            assert violations(page) == []
            page.fill("#sign-name", "ana")
            page.fill("#sign-password", "correct horse battery")
            page.press("#sign-password", "Enter")
            page.get_by_role("button", name="Access tokens").click()
            page.fill("#token-name", "Weekly report")
            page.press("#token-name", "Enter")
            page.locator("#token-made").wait_for()
            assert violations(page) == []
