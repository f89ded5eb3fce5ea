# SPDX-License-Identifier: EUPL-1.2
"""The receivers' own connections to the database."""

from __future__ import annotations

from typing import Any

import asyncpg
from django.conf import settings

CONNECT_WITHIN_S = 5.0
ANSWER_WITHIN_S = 5.0

# What is raised when the database is not there, or no longer, or refuses.
AWAY = (OSError, TimeoutError, asyncpg.InterfaceError, asyncpg.PostgresError, asyncpg.InternalClientError)


async def connect() -> Any:
    """As the application role. Raises one of AWAY."""
    return await asyncpg.connect(
        settings.APP_DATABASE_URL, timeout=CONNECT_WITHIN_S, command_timeout=ANSWER_WITHIN_S,
        server_settings={"application_name": "zegel-receivers", "jit": "off", "statement_timeout": "10s"},
    )  # fmt: skip
