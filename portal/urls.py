"""The addresses of the installation."""

from allauth.account import views as account
from django.urls import URLPattern, URLResolver, include, path

from portal import access, health
from portal.pages import (
    acts,
    cache,
    connections,
    docs,
    excluding,
    home,
    imports,
    information,
    kept_out,
    organizations,
    record,
    requests,
    roster,
    secrets,
    sharing,
    terms,
    viewing,
)

desk: list[URLPattern | URLResolver] = [
    path("", home.show, name="organization"),
    path("connections/", connections.index, name="connections"),
    path("connections/new/", connections.new, name="connection_new"),
    path("connections/<int:pk>/", connections.show, name="connection"),
    path("connections/<int:pk>/information/", information.show, name="connection_information"),
    path("connections/<int:pk>/sharing/", sharing.edit, name="connection_sharing"),
    path("connections/<int:pk>/agreement/", terms.edit, name="connection_terms"),
    path("connections/<int:pk>/kept-out/", kept_out.show, name="connection_kept_out"),
    path("connections/<int:pk>/kept-out/person/", kept_out.change, name="connection_keep_out"),
    path("connections/<int:pk>/secrets/rotate/", secrets.rotate, name="connection_rotate"),
    path("connections/<int:pk>/secrets/end/<slug:which>/", secrets.end, name="connection_secret"),
    path("connections/<int:pk>/status/<slug:act>/", acts.change, name="connection_act"),
    path("connections/<int:pk>/requests/", requests.show, name="connection_requests"),
    path("connections/<int:pk>/view/", viewing.show, name="connection_view"),
    path(
        "connections/<int:pk>/view/<slug:collection>/",
        viewing.documents,
        name="connection_documents",
    ),
    path("roster/", roster.index, name="roster"),
    path("roster/<slug:kind>/", roster.rows, name="roster_kind"),
    path("roster/<slug:kind>/record/", record.show, name="roster_record"),
    path("roster/<slug:kind>/record/connections/<int:pk>/", record.why, name="roster_why"),
    path("roster/<slug:kind>/exclude/", excluding.exclude, name="roster_exclude"),
    path("roster/<slug:kind>/include/", excluding.include, name="roster_include"),
    path("imports/", imports.index, name="imports"),
    path("imports/upload/", imports.upload, name="import_upload"),
    path("imports/<int:number>/", imports.show, name="import"),
    path("imports/<int:number>/findings.csv", imports.findings, name="import_findings"),
    path("imports/<int:number>/<slug:act>/", imports.decide, name="import_decide"),
    path("cache/", cache.show, name="cache"),
    path("cache/refresh/", cache.refresh, name="cache_refresh"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.arrive, name="home"),
    path("organizations/", organizations.index, name="organizations"),
    path("o/<slug:slug>/", include(desk)),
    # Who an account belongs to is decided by those who appoint, and is in the audit log.
    path("account/email/", access.shut),
    path("account/", include("allauth.urls")),
    # Names given twice lead to the later address.
    path("sign-in/", account.login, name="account_login"),
    path("sign-out/", account.logout, name="account_logout"),
    # Information to Share names these; a vendor may add a slash or leave one out.
    path("docs", docs.start),
    path("docs/", docs.start, name="docs"),
    path("docs/oneroster-<str:version>", docs.reference, name="docs_version"),
    path("docs/oneroster-<str:version>/", docs.reference),
    path("", include("connections.urls")),
    path("", include("roster.api.urls")),
    path("healthz", health.live),
    path("readyz", health.ready),
]
