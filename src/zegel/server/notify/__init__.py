# SPDX-License-Identifier: EUPL-1.2
"""Notify: what people are told by letter, in their language, if they want to be."""
