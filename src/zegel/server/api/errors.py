# SPDX-License-Identifier: EUPL-1.2
"""One form for everything that goes wrong: {"error": {"code", "message", "action"}}, in the reader's language.

A code's status is looked up here, rooms below know nothing of HTTP. A code that is not listed is 400: the caller's
fault,
said by the room that refused. What nobody expected is 500 and says nothing but that.
"""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from zegel.seal.errors import SealError
from zegel.server.gate import Denied
from zegel.server.kernel import log
from zegel.server.kernel.errors import ZegelError

STATUS: dict[str, int] = {
    "signed_out": 401,
    "sign_in_refused": 401,
    "not_a_member": 403,
    "csrf": 403,
    "too_many_attempts": 429,
    "too_many_requests": 429,
    "not_found": 404,
    "no_such_entry": 404,
    "no_such_party": 404,
    "no_such_person": 404,
    "entry_forgotten": 410,
    "not_yet_checkpointed": 425,
    "taken": 409,
    "replayed": 409,
    "ledger_unavailable": 503,
    "storage_unavailable": 503,
    "postgres_unavailable": 503,
    "misconfigured": 500,
    "bad_actor": 400,
}


def status(code: str, number: int) -> None:
    """A router says which status one of its rooms' codes has. Raises ValueError when somebody said otherwise."""
    if STATUS.setdefault(code, number) != number:
        raise ValueError(f"{code} has status {STATUS[code]} already")


def answer(code: str, message: str, action: str = "", *, number: int | None = None, **more: Any) -> HttpResponse:
    """The one form of an error."""
    body = {"error": {"code": code, "message": message, "action": action, **more}}
    return JsonResponse(body, status=number or STATUS.get(code, 400), json_dumps_params={"ensure_ascii": False})


def register(api: NinjaAPI) -> None:
    """Tells the API how every exception is answered."""
    api.add_exception_handler(ZegelError, _refused)
    api.add_exception_handler(SealError, _not_sealed_right)
    api.add_exception_handler(ValidationError, _malformed)
    api.add_exception_handler(HttpError, _http)
    api.add_exception_handler(Http404, _missing)
    api.add_exception_handler(Exception, _unexpected)


def _refused(request: HttpRequest, error: Any) -> HttpResponse:
    if isinstance(error, Denied):
        missing = list(error.decision.missing)
        return answer(error.code, error.message, error.action, number=403, missing=missing)
    response = answer(error.code, error.message, error.action, **getattr(error, "details", {}))
    if hasattr(error, "retry_after_s"):
        response["Retry-After"] = str(error.retry_after_s)
    elif response.status_code in {425, 503}:
        response["Retry-After"] = "1"
    return response


def _not_sealed_right(request: HttpRequest, error: Any) -> HttpResponse:
    """A signed object that doesn't verify. Its own words are for logs and programs, in English."""
    return answer(
        error.code, _("This object was refused: it is not signed or sealed as it must be."), _("Make it again."),
        number=STATUS.get(error.code, 422), detail=str(error),
    )  # fmt: skip


def _malformed(request: HttpRequest, error: Any) -> HttpResponse:
    """Names the fields, never repeats their values."""
    fields = [".".join(str(part) for part in problem["loc"][1:]) for problem in error.errors]
    return answer(
        "bad_request", _("The request does not have the right form."), _("Correct the fields named and send it again."),
        number=422, fields=fields,
    )  # fmt: skip


def _http(request: HttpRequest, error: Any) -> HttpResponse:
    if error.status_code == 403:
        return answer(
            "csrf", _("This request did not come from this site's own page."), _("Reload the page and try again.")
        )
    return answer("bad_request", _("The request can't be read."), _("Send it again."), number=error.status_code)


def _missing(request: HttpRequest, error: Any) -> HttpResponse:
    return answer("not_found", _("There is nothing here."), _("Go back."))


def _unexpected(request: HttpRequest, error: Any) -> HttpResponse:
    log.error("api.failed", error=type(error).__name__, where=log.place_of(error))
    return answer("failed", _("Something went wrong here, and it is not your fault."), _("Try again."), number=500)
