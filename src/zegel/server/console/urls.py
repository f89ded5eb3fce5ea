# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from django.urls import path

from zegel.server.console import views

urlpatterns = [
    path("", views.console, name="console"),
    path("<path:view>", views.console),
]
