# SPDX-License-Identifier: EUPL-1.2
"""Every address of the pages and the API; each face brings its own list."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

# address prefix -> the face's url module, in order
FACES = (
    ("", "zegel.server.api.urls"),  # /api/v1 and /ledger
    ("console/", "zegel.server.console.urls"),
    ("centre/", "zegel.server.console.centre_urls"),
    ("portal/", "zegel.server.portal.urls"),
    ("backoffice/", "zegel.server.backoffice.urls"),
    ("service/", "zegel.server.backoffice.service_urls"),
    ("partner/", "zegel.server.backoffice.partner_urls"),
    ("", "zegel.server.public.urls"),
)


def _exists(module: str) -> bool:
    package, _, _ = module.rpartition(".")
    return find_spec(package) is not None and find_spec(module) is not None


urlpatterns: list[URLPattern | URLResolver] = [
    path(prefix, include(module)) for prefix, module in FACES if _exists(module)
]
