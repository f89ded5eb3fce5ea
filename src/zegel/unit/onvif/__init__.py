# SPDX-License-Identifier: EUPL-1.2
"""ONVIF, as much of it as a unit needs: finding cameras, their streams, events by PullPoint, turning them, stills.

Our own small client instead of one that reads WSDL files: those need a dozen packages (an XML library in C, two HTTP
clients) and tens of megabytes for the twenty calls that are made here, and they trust what a camera sends more.
"""
