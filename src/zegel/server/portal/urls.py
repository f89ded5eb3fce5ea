# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from django.urls import path

from zegel.server.portal import views

urlpatterns = [
    path("", views.portal, name="portal"),
    path("<path:view>", views.portal),
]
