# SPDX-License-Identifier: EUPL-1.2
"""The attempts to break the promises, by what they look at. Importing this registers all of them."""

from zegel.server.promises.probes import access, books, kept, log, network, records, service

__all__ = ["access", "books", "kept", "log", "network", "records", "service"]
