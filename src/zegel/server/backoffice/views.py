# SPDX-License-Identifier: EUPL-1.2
"""One document: its views change in the browser, so that the opened keys never have to leave its memory.

The shell holds nobody's data; the API gives each party its own, and a page without a session goes to sign-in.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe


@require_safe
@ensure_csrf_cookie
def backoffice(request: HttpRequest, view: str = "") -> HttpResponse:
    """`view` is the browser's: any of the face's own addresses gives the same document."""
    return render(request, "backoffice/backoffice.html")


@require_safe
@ensure_csrf_cookie
def plans(request: HttpRequest) -> HttpResponse:
    """Action plans, contacts and guards: for a provider's planners and an alarm centre's supervisors."""
    return render(request, "backoffice/plans.html")


@require_safe
@ensure_csrf_cookie
def settings(request: HttpRequest, view: str = "") -> HttpResponse:
    """Panels, lines, mail cameras, brokers, keys, codes and figures: for who installs, and a centre's supervisors."""
    return render(request, "backoffice/settings.html")


@require_safe
@ensure_csrf_cookie
def privacy(request: HttpRequest, view: str = "") -> HttpResponse:
    """The privacy office: breaches, requests, registers, promises. Everybody of a provider or an alarm centre reports a
    breach here; the rest is for who keeps the books, and who reads them."""
    return render(request, "backoffice/privacy.html")


@require_safe
@ensure_csrf_cookie
def service(request: HttpRequest, view: str = "") -> HttpResponse:
    """The service's office: orders, customers, products, offers and invoices. For a tenant's own people."""
    return render(request, "backoffice/service.html")
