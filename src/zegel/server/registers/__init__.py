# SPDX-License-Identifier: EUPL-1.2
"""The registers of Art. 30 GDPR: made from what is declared, agreed and configured, never typed; with their history."""
