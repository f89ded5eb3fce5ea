# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from django.urls import path

from zegel.server.backoffice import views

urlpatterns = [
    path("", views.backoffice, name="backoffice"),
    path("plans/", views.plans, name="plans"),
    path("settings/", views.settings, name="settings"),
    path("settings/<path:view>", views.settings),
    path("privacy/", views.privacy, name="privacy"),
    path("privacy/<path:view>", views.privacy),
    path("<path:view>", views.backoffice),
]
