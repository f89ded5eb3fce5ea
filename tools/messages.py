# SPDX-License-Identifier: EUPL-1.2
"""Catalogues: compiles every room's .po files. (grows with the rooms)"""
