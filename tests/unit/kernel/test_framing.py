# SPDX-License-Identifier: EUPL-1.2
"""Whose pages a page of ours may stand in: those that its view named, and otherwise in none."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from zegel.server.kernel import middleware


def policy_of(response: HttpResponse) -> str:
    sent = middleware.SecurityHeaders(lambda _request: response)(RequestFactory().get("/"))
    return str(sent["Content-Security-Policy"])


def test_a_page_stands_in_no_other_unless_its_view_names_it() -> None:
    plain, framed = HttpResponse(), HttpResponse()
    middleware.framed_by(framed, ["https://www.shop.example", "http://localhost:5000"])
    assert policy_of(plain).endswith("frame-ancestors 'none'")
    assert policy_of(framed).endswith("frame-ancestors 'self' https://www.shop.example http://localhost:5000")
    assert policy_of(framed).partition("frame-ancestors")[0] == policy_of(plain).partition("frame-ancestors")[0]


@pytest.mark.parametrize("origin", ["*", "https://a.example; script-src *", "'unsafe-inline'", "https://a.example/x"])
def test_nothing_else_of_the_policy_can_be_loosened_by_a_site_s_name(origin: str) -> None:
    response = HttpResponse()
    middleware.framed_by(response, [origin])
    assert policy_of(response).endswith("frame-ancestors 'none'")
