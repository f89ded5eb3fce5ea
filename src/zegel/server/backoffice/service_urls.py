# SPDX-License-Identifier: EUPL-1.2
"""The service's office of a tenant: orders, customers, products, invoices, and what he sets for himself."""

from __future__ import annotations

from django.urls import path

from zegel.server.backoffice import views

urlpatterns = [
    path("", views.service, name="service"),
    path("<path:view>", views.service),
]
