"""The way to the identity provider and back, for browsers: both ends are redirects; failures are the page's to say."""

from __future__ import annotations

from secrets import token_urlsafe

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from bot.surfaces.rate_limit import address_key
from bot.surfaces.web.auth import SIGN_IN_COOKIE, SIGN_IN_SECONDS, Authentication, note_caller
from bot.surfaces.web.errors import Refused
from bot.surfaces.web.identity import IdentityProvider
from bot.surfaces.web.routes.session import set_session
from bot.surfaces.web.services import base_address, services_of
from bot.surfaces.web.shapes import errors_for

router = APIRouter(tags=["Signing in"])

BACK = "/v1/session/oidc/back"
REDIRECTS: dict[int | str, dict[str, object]] = {303: {"description": "Where the browser goes on."}}


def _provider(authentication: Authentication) -> IdentityProvider:
    if not authentication.provider:
        raise Refused(404, "not_found", "Nobody signs in at an identity provider here.")
    return authentication.provider


def _address_back(request: Request) -> str:
    """Return where the provider sends the browser: it is registered there, letter for letter."""
    return base_address(request).rstrip("/") + BACK


def _to_page(refused: Refused | None = None) -> RedirectResponse:
    """Return the way to the page, which says in the person's language what went wrong."""
    return RedirectResponse(f"/#/sign-in/{refused.code}" if refused else "/", 303)


@router.get(
    "/v1/session/oidc",
    response_class=Response,
    status_code=303,
    summary="Sign in at the identity provider",
    responses={**REDIRECTS, **errors_for(404, 429)},
)
def to_provider(request: Request) -> Response:
    """Send the browser to the identity provider."""
    authentication = services_of(request).authentication
    provider = _provider(authentication)
    if wait := authentication.begun.wait(str(address_key(request.client))):
        raise Refused(
            429,
            "too_many_sign_ins",
            "Too many sign-ins were begun.",
            remedy=f"Try again in {wait} second{'s' if wait > 1 else ''}.",
            retry_after=wait,
        )
    secret = token_urlsafe(32)
    try:
        response = RedirectResponse(provider.sign_in_address(secret, _address_back(request)), 303)
    except Refused as refused:
        return _to_page(refused)
    # Lax, for it has to come along when the provider sends the browser back; the session's cookie need not.
    response.set_cookie(
        SIGN_IN_COOKIE,
        secret,
        max_age=SIGN_IN_SECONDS,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
        path=BACK,
    )
    return response


@router.get(
    BACK,
    response_class=Response,
    status_code=303,
    summary="Come back from the identity provider",
    responses={**REDIRECTS, **errors_for(404)},
)
def from_provider(request: Request) -> Response:
    """Begin the session of whom the identity provider vouches for; the page is next, whatever comes of it."""
    services = services_of(request)
    provider = _provider(services.authentication)
    try:
        secret = request.cookies.get(SIGN_IN_COOKIE, "")
        person = provider.person(secret, _address_back(request), dict(request.query_params))
        caller, session = services.authentication.sign_in_person(person)
        response = _to_page()
        note_caller(request, caller)
        set_session(request, response, session, seconds=services.settings.oidc_session_hours * 3_600)
    except Refused as refused:
        request.scope["footnote_noted"] = {"outcome": refused.code}
        response = _to_page(refused)
    response.delete_cookie(SIGN_IN_COOKIE, path=BACK, httponly=True, samesite="lax")
    return response
