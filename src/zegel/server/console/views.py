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
def console(request: HttpRequest, view: str = "") -> HttpResponse:
    """`view` is the browser's: any of the face's own addresses gives the same document."""
    return render(request, "console/console.html")


@require_safe
@ensure_csrf_cookie
def centre(request: HttpRequest, view: str = "") -> HttpResponse:
    """The centre's pages, one document as well; `view` is the browser's."""
    return render(request, "console/centre.html")
