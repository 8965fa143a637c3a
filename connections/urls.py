"""The addresses of the token endpoint; with a slash or without, as a redirect loses the body."""

from __future__ import annotations

from django.urls import URLPattern, path

from connections import views

urlpatterns: list[URLPattern] = [
    path("oauth2/token", views.token, name="token"),
    path("oauth2/token/", views.token),
    path("oauth2/revoke", views.revoke, name="revoke"),
    path("oauth2/revoke/", views.revoke),
]
