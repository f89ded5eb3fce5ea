# SPDX-License-Identifier: EUPL-1.2
"""A firm's own site on this server: pages in four languages, a contact form, a newsletter, and figures of nobody."""
