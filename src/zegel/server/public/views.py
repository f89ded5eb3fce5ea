# SPDX-License-Identifier: EUPL-1.2
"""Pages that need nobody signed in. They hold no data of anyone."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe


@require_safe
@ensure_csrf_cookie
def landing(request: HttpRequest) -> HttpResponse:
    """The installation's front door: the site that it names (ZEGEL_WEBSITE), else what this system is."""
    if settings.WEBSITE:
        return HttpResponseRedirect(f"/site/{settings.WEBSITE}")
    return render(request, "public/landing.html")


@require_safe
@ensure_csrf_cookie
def sign_in(request: HttpRequest) -> HttpResponse:
    return render(request, "public/sign_in.html")


@require_safe
@ensure_csrf_cookie
def verify(request: HttpRequest) -> HttpResponse:
    return render(request, "public/verify.html")


@require_safe
@ensure_csrf_cookie
def kit(request: HttpRequest) -> HttpResponse:
    return render(request, "public/kit.html")


@require_safe
@ensure_csrf_cookie
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The document is the same for every link: what the link is for is asked by its script."""
    return _of_a_letter(render(request, "public/invitation.html"))


@require_safe
@ensure_csrf_cookie
def recovery(request: HttpRequest) -> HttpResponse:
    return _of_a_letter(render(request, "public/recovery.html"))


@require_safe
@ensure_csrf_cookie
def agreement(request: HttpRequest, token: str) -> HttpResponse:
    return _of_a_letter(render(request, "public/agreement.html"))


def _of_a_letter(response: HttpResponse) -> HttpResponse:
    """Its address is a secret: it is told to nobody."""
    response["Referrer-Policy"] = "no-referrer"
    return response
