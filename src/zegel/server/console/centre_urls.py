# SPDX-License-Identifier: EUPL-1.2
"""The alarm centre's own pages, beside its operators' page: the wall, hand-over, figures, review, certificates."""

from __future__ import annotations

from django.urls import path

from zegel.server.console import views

urlpatterns = [
    path("", views.centre, name="centre"),
    path("<path:view>", views.centre),
]
