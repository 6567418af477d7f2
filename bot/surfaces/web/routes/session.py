"""Signing in and out of the page, and the tokens of an account."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response, Security
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPAuthorizationCredentials

from bot.surfaces.rate_limit import address_key
from bot.surfaces.web.auth import (
    COOKIE,
    Authentication,
    Caller,
    Known,
    _caller,
    bearer_scheme,
    cookie_scheme,
    note_caller,
)
from bot.surfaces.web.errors import Refused
from bot.surfaces.web.responses import Json
from bot.surfaces.web.services import base_address, services_of
from bot.surfaces.web.shapes import TOKEN, NewTokenIn, NewTokenOut, SessionOut, SignedOut, SignIn, TokensOut, errors_for
from bot.surfaces.web.storage.accounts import SESSION_DAYS, Token, token_id

router = APIRouter(tags=["Signing in"])


def _session(authentication: Authentication, caller: Caller | None) -> SessionOut:
    methods = authentication.methods()
    return SessionOut(
        required=bool(methods),
        methods=methods,
        provider=authentication.provider.label if authentication.provider else None,
        signed_in=caller is not None,
        name=caller.name if caller else None,
        role=caller.role if caller else None,
        collections=list(caller.collections) if caller and caller.collections is not None else None,
        tokens=bool(caller and caller.in_person),
    )


@router.get(
    "/v1/session", response_model=SessionOut, summary="Who am I, and must I sign in?", responses=errors_for(429)
)
async def session(
    request: Request,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(bearer_scheme)],
    cookie: Annotated[str | None, Security(cookie_scheme)],
) -> SessionOut:
    """Say what is needed to sign in and who the caller is. Open to all."""
    services = services_of(request)
    caller = await services.of_people(_caller, request, bearer.credentials if bearer else None, cookie)
    return await services.of_people(_session, services.authentication, caller)


@router.post(
    "/v1/session",
    response_model=SessionOut,
    summary="Sign in",
    responses=errors_for(400, 401, 413, 415, 422, 429),
)
async def sign_in(body: SignIn, request: Request, response: Response) -> SessionOut:
    """Sign in with name and password, or with a token; the answer sets the session cookie."""
    services = services_of(request)
    authentication = services.authentication
    address = address_key(request.client)
    known = await services.of_people(services.accounts.get, body.name) if body.name else None
    if known:
        # Of who fails to sign in, too; what is no account's name may be a password in the wrong field.
        request.scope["footnote_caller"] = body.name
    if body.token is None:
        tries = (f"password from {address}", f"password of {body.name}")
        await services.of_people(authentication.take_try, *tries)
        async with services.password_checks:
            caller, secret = await run_in_threadpool(authentication.sign_in, body, address)
        await services.of_people(authentication.give_back_try, *tries)
    else:
        caller, secret = await run_in_threadpool(authentication.sign_in, body, address)
    note_caller(request, caller)
    set_session(request, response, secret, seconds=SESSION_DAYS * 86_400)
    return await services.of_people(_session, authentication, caller)


def set_session(request: Request, response: Response, secret: str, *, seconds: int) -> None:
    """Give the browser the cookie of a session."""
    response.set_cookie(
        COOKIE,
        secret,
        max_age=seconds,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
        path="/",
    )


@router.delete(
    "/v1/session",
    status_code=204,
    summary="Sign out",
    responses={
        200: {"model": SignedOut, "description": "Signed out here; the browser goes on to sign out there."},
        **errors_for(),
    },
)
def sign_out(request: Request, cookie: Annotated[str | None, Security(cookie_scheme)]) -> Response:
    """End the session and take the cookie back; where it began at an identity provider, say where to sign out there."""
    authentication: Authentication = request.app.state.services.authentication
    there = None
    if cookie:
        if caller := authentication.of_session(cookie):
            note_caller(request, caller)
        if authentication.provider and authentication.comes_from_provider(cookie):
            there = authentication.provider.sign_out_address(base_address(request))
        authentication.sign_out(cookie)
    response = Json({"sign_out_at": there}) if there else Response(status_code=204)
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
    return response


TokenId = Annotated[str, Path(pattern=TOKEN, examples=["3f2a91c0d4be"])]


@router.get("/v1/tokens", response_model=TokensOut, summary="Your tokens", responses=errors_for(401, 503))
def list_tokens(request: Request, caller: Known) -> Response:
    """List the tokens of your account by their ids; the tokens themselves are not kept."""
    found = services_of(request).accounts.tokens(caller.key)
    return Json({"tokens": [token_object(token) for token in found]})


def token_object(token: Token) -> dict[str, Any]:
    """Return a token as the API sends it."""
    return {
        "id": token.id,
        "created": token.created,
        "name": token.name,
        "expires": token.expires or None,
        "used": token.used or None,
    }


@router.post(
    "/v1/tokens",
    status_code=201,
    response_model=NewTokenOut,
    summary="Make a token",
    responses=errors_for(400, 401, 413, 415, 422, 503, 507),
)
def make_token(body: NewTokenIn, request: Request, caller: Known) -> Response:
    """Make a token that may do what your account may. Only for who signed in in person, not with a token."""
    accounts = services_of(request).accounts
    if not caller.in_person:
        # Else who got hold of a token would make another one, and revoking the first would not put them out.
        raise Refused(
            403, "not_allowed", "A token does not make tokens.", remedy="Sign in to the page, and make it there."
        )
    token = accounts.add_token(caller.key, label=body.name, days=body.days)
    caller.noted["id"] = token_id(token)
    found = next(one for one in accounts.tokens(caller.key) if one.id == token_id(token))
    return Json({**token_object(found), "token": token}, 201)


@router.delete(
    "/v1/tokens/{id}", status_code=204, summary="Revoke a token of yours", responses=errors_for(401, 404, 422, 503)
)
def revoke_token(id: TokenId, request: Request, caller: Known) -> Response:
    """End a token of your account, and what was signed in to with it."""
    if not services_of(request).accounts.revoke(id, user=caller.key):
        raise Refused(
            404, "token_missing", "There is no token with this id.", remedy="GET /v1/tokens lists yours.", param="id"
        )
    return Response(status_code=204)
