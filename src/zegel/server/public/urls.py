# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from django.urls import path
from django.views.i18n import set_language

from zegel.server.public import consents, follow, forms, guard, notice, promises, requests, site, views

urlpatterns = [
    path("", views.landing, name="landing"),
    path("sign-in", views.sign_in, name="sign-in"),
    path("invitation/<str:token>", views.invitation, name="invitation"),
    path("recovery", views.recovery, name="recovery"),
    path("agreement/<str:token>", views.agreement, name="agreement"),
    path("verify", views.verify, name="verify"),
    path("kit", views.kit, name="kit"),
    path("guard/<str:token>", guard.page, name="guard"),
    path("guard/<str:token>/state", guard.state, name="guard-state"),
    path("notice/<str:code>", notice.page, name="notice"),
    path("promises", promises.page, name="promises"),
    path("promises.json", promises.data, name="promises-data"),
    path("promises.atom", promises.feed, name="promises-feed"),
    path("promises.svg", promises.badge, name="promises-badge"),
    path("promises/evidence/<uuid:evidence_id>", promises.evidence, name="promises-evidence"),
    path("promises/<str:promise>", promises.history, name="promise"),
    path("statement", promises.privacy, name="statement"),
    path("statement.pdf", promises.pdf, name="statement-pdf"),
    path("statement.json", promises.statement_data, name="statement-data"),
    path("statement/<int:old>/<int:new>", promises.difference, name="statement-difference"),
    path("request", requests.choose, name="request"),
    path("request/to/<uuid:party_id>", requests.of_party, name="request-party"),
    path("request/confirm/<str:token>", requests.confirm, name="request-confirm"),
    path("request/answer/<str:token>", requests.answer, name="request-answer"),
    path("request/<str:code>", requests.of_site, name="request-site"),
    path("follow/<str:token>", follow.page, name="follow"),
    path("forms/<str:slug>", forms.overview, name="forms"),
    path("forms/<str:slug>/privacy", forms.statement, name="form-statement"),
    path("forms/<str:slug>/brand.css", forms.style, name="form-style"),
    path("forms/<str:slug>/logo", forms.logo, name="form-logo"),
    path("forms/<str:slug>/<str:kind>", forms.form, name="form"),
    path("forms/<str:slug>/<str:kind>/sent", forms.sent, name="form-sent"),
    path("embed.js", forms.embed, name="embed"),
    path("consent/<str:token>", consents.page, name="consent"),
    path("site/<str:slug>", site.front, name="site"),
    path("site/<str:slug>/<str:language>", site.page, name="site-home"),
    path("site/<str:slug>/<str:language>/contact", site.contact, name="site-contact"),
    path("site/<str:slug>/<str:language>/newsletter", site.newsletter, name="site-newsletter"),
    path("site/<str:slug>/<str:language>/privacy", site.statement, name="site-privacy"),
    path("site/<str:slug>/<str:language>/<str:name>", site.page, name="site-page"),
    path("newsletter/confirm/<str:token>", site.confirm, name="newsletter-confirm"),
    path("newsletter/leave/<str:token>", site.leave, name="newsletter-leave"),
    path(".well-known/security.txt", site.security, name="security-txt"),
    path("language", set_language, name="language"),
]
