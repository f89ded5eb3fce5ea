# SPDX-License-Identifier: EUPL-1.2
"""Files that left a customer's hands, read without a server: `zegel open`."""
