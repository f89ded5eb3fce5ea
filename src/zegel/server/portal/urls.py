# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from django.urls import path

from zegel.server.portal import pwa, views

urlpatterns = [
    path("", views.portal, name="portal"),
    path("service-worker.js", pwa.service_worker, name="service-worker"),
    path("app.webmanifest", pwa.manifest, name="app-manifest"),
    path("<path:view>", views.portal),
]
