# SPDX-License-Identifier: EUPL-1.2
"""/api/v1 for the signed-in, /api/service/v1 for keys, /ledger for everyone."""

from __future__ import annotations

from django.urls import path, re_path

from zegel.server.api import public_ledger, service
from zegel.server.api.base import build

api = build()
service_api = service.build()

urlpatterns = [
    path(service.PREFIX, service_api.urls),
    path("api/v1/", api.urls),
    path("ledger/checkpoint", public_ledger.checkpoint),
    path("ledger/witnessed", public_ledger.witnessed),
    path("ledger/key", public_ledger.key),
    path("ledger/forgotten", public_ledger.forgotten),
    re_path(r"^ledger/viewer/(?P<bundle>[0-9a-f]{64})$", public_ledger.viewer),
    re_path(r"^ledger/(?P<name>tile/[x0-9a-z/.]{1,80})$", public_ledger.tile),
]
