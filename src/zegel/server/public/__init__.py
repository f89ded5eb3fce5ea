# SPDX-License-Identifier: EUPL-1.2
"""The face for everyone: what this is, how to sign in, how to check the log, and the parts that pages are made of."""
