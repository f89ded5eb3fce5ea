# SPDX-License-Identifier: EUPL-1.2
"""The page of partners in the chain: offers, jobs, what was done."""

from __future__ import annotations

from django.urls import path

from zegel.server.backoffice import partner

urlpatterns = [
    path("", partner.page, name="partner"),
    path("service-worker.js", partner.service_worker, name="partner-worker"),
    path("<path:view>", partner.page),
]
