"""The table of doors: who gets through which address of the portal, and by which method."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import URLPattern, reverse

from connections.models import Connection
from portal import doors, urls
from roster.models import Import
from tests.cast import EVERYBODY

IN, TO_SIGN_IN, ON, NOT_YOURS, NOT_FOUND, NOT_SO, WRONG = 200, 302, 302, 403, 404, 405, 422
OF_ONE = {
    f"connection_{what}"
    for what in (
        "information",
        "rotate",
        "hand_over",
        "secret",
        "act",
        "requests",
        "view",
        "documents",
        "sharing",
        "terms",
        "agreement",
        "kept_out",
        "keep_out",
        "postman",
        "secret_day",
        "letter",
    )
} | {"roster_why"}
OF_AN_IMPORT, IMPORT = {"import", "import_findings", "import_decide"}, 4711
NOBODY = 987654321
OF_A_ROW = {"roster_record", "roster_why", "roster_exclude", "roster_include"}

DOORS = {
    # name, method:              anonymous    liz        victor     dana   olga
    ("home", "get"):                   (TO_SIGN_IN, ON, ON, ON, ON),
    ("home", "post"):                  (TO_SIGN_IN, NOT_SO, NOT_SO, NOT_SO, NOT_SO),
    ("organizations", "get"):          (TO_SIGN_IN, NOT_FOUND, NOT_FOUND, NOT_FOUND, IN),
    ("organizations", "post"):         (TO_SIGN_IN, NOT_FOUND, NOT_FOUND, NOT_FOUND, NOT_SO),
    ("jobs", "get"):                   (TO_SIGN_IN, NOT_FOUND, NOT_FOUND, NOT_FOUND, IN),
    ("jobs", "post"):                  (TO_SIGN_IN, NOT_FOUND, NOT_FOUND, NOT_FOUND, NOT_SO),
    ("job_again", "get"):              (TO_SIGN_IN, NOT_FOUND, NOT_FOUND, NOT_FOUND, NOT_SO),
    ("job_again", "post"):             (TO_SIGN_IN, NOT_FOUND, NOT_FOUND, NOT_FOUND, NOT_FOUND),
    ("kept_form", "get"):              (TO_SIGN_IN, ON, ON, ON, ON),
    ("kept_form", "post"):             (TO_SIGN_IN, NOT_SO, NOT_SO, NOT_SO, NOT_SO),
    ("recipients", "get"):             (NOT_FOUND, NOT_FOUND, NOT_FOUND, NOT_FOUND, NOT_FOUND),
    ("recipients", "post"):            (NOT_SO, NOT_SO, NOT_SO, NOT_SO, NOT_SO),
    ("recipients_csv", "get"):         (NOT_FOUND, NOT_FOUND, NOT_FOUND, NOT_FOUND, NOT_FOUND),
    ("recipients_csv", "post"):        (NOT_SO, NOT_SO, NOT_SO, NOT_SO, NOT_SO),
    ("organization", "get"):           (TO_SIGN_IN, NOT_FOUND, IN, IN, NOT_FOUND),
    ("organization", "post"):          (TO_SIGN_IN, NOT_FOUND, NOT_SO, NOT_SO, NOT_FOUND),
    ("connections", "get"):            (TO_SIGN_IN, NOT_FOUND, IN, IN, NOT_FOUND),
    ("connections", "post"):           (TO_SIGN_IN, NOT_FOUND, NOT_SO, NOT_SO, NOT_FOUND),
    ("connection_several", "get"):     (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, IN, NOT_FOUND),
    ("connection_several", "post"):    (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, WRONG, NOT_FOUND),
    ("connection_several", "put"):     (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, NOT_SO, NOT_FOUND),
    ("connection_several_job", "get"): (TO_SIGN_IN, NOT_FOUND, NOT_FOUND, NOT_FOUND, NOT_FOUND),
    ("connection_several_job", "post"): (TO_SIGN_IN, NOT_FOUND, NOT_SO, NOT_SO, NOT_FOUND),
    ("act", "get"):                    (TO_SIGN_IN, NOT_FOUND, NOT_FOUND, NOT_FOUND, NOT_FOUND),
    ("act", "post"):                   (TO_SIGN_IN, NOT_FOUND, NOT_FOUND, NOT_FOUND, NOT_FOUND),
    ("connection_new", "get"):         (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, IN, NOT_FOUND),
    ("connection_new", "post"):        (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, WRONG, NOT_FOUND),
    ("connection_new", "put"):         (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, NOT_SO, NOT_FOUND),
    ("connection_partners", "get"):    (TO_SIGN_IN, NOT_FOUND, IN, IN, NOT_FOUND),
    ("connection_partners", "post"):   (TO_SIGN_IN, NOT_FOUND, NOT_SO, NOT_SO, NOT_FOUND),
    ("connection_calendar", "get"):    (TO_SIGN_IN, NOT_FOUND, IN, IN, NOT_FOUND),
    ("connection_calendar", "post"):   (TO_SIGN_IN, NOT_FOUND, NOT_SO, NOT_SO, NOT_FOUND),
    ("connection", "get"):             (TO_SIGN_IN, NOT_FOUND, IN, IN, NOT_FOUND),
    ("connection", "post"):            (TO_SIGN_IN, NOT_FOUND, NOT_SO, NOT_SO, NOT_FOUND),
    ("connection_information", "get"): (TO_SIGN_IN, NOT_FOUND, IN, IN, NOT_FOUND),
    ("connection_information", "post"): (TO_SIGN_IN, NOT_FOUND, NOT_SO, NOT_SO, NOT_FOUND),
    ("connection_postman", "get"):     (TO_SIGN_IN, NOT_FOUND, ON, ON, NOT_FOUND),
    ("connection_postman", "post"):    (TO_SIGN_IN, NOT_FOUND, NOT_SO, NOT_SO, NOT_FOUND),
    ("connection_sharing", "get"):     (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, IN, NOT_FOUND),
    ("connection_sharing", "post"):    (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, WRONG, NOT_FOUND),
    ("connection_terms", "get"):       (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, IN, NOT_FOUND),
    ("connection_terms", "post"):      (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, WRONG, NOT_FOUND),
    ("connection_agreement", "get"):   (TO_SIGN_IN, NOT_FOUND, NOT_FOUND, NOT_FOUND, NOT_FOUND),
    ("connection_agreement", "post"):  (TO_SIGN_IN, NOT_FOUND, NOT_SO, NOT_SO, NOT_FOUND),
    ("connection_kept_out", "get"):    (TO_SIGN_IN, NOT_FOUND, IN, IN, NOT_FOUND),
    ("connection_kept_out", "post"):   (TO_SIGN_IN, NOT_FOUND, NOT_SO, NOT_SO, NOT_FOUND),
    ("connection_keep_out", "get"):    (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, NOT_FOUND, NOT_FOUND),
    ("connection_keep_out", "post"):   (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, NOT_FOUND, NOT_FOUND),
    ("connection_rotate", "get"):      (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, NOT_SO, NOT_FOUND),
    ("connection_rotate", "post"):     (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, ON, NOT_FOUND),
    ("connection_secret", "get"):      (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, ON, NOT_FOUND),
    ("connection_secret", "post"):     (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, ON, NOT_FOUND),
    ("connection_secret_day", "get"):  (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, IN, NOT_FOUND),
    ("connection_secret_day", "post"): (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, ON, NOT_FOUND),
    ("connection_letter", "get"):      (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, IN, NOT_FOUND),
    ("connection_letter", "post"):     (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, WRONG, NOT_FOUND),
    ("connection_secret", "put"):      (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, NOT_SO, NOT_FOUND),
    ("connection_hand_over", "get"):   (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, NOT_SO, NOT_FOUND),
    ("connection_hand_over", "post"):  (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, ON, NOT_FOUND),
    ("connection_act", "get"):         (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, IN, NOT_FOUND),
    ("connection_act", "post"):        (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, WRONG, NOT_FOUND),
    ("connection_act", "delete"):      (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, NOT_SO, NOT_FOUND),
    ("connection_requests", "get"):    (TO_SIGN_IN, NOT_FOUND, IN, IN, NOT_FOUND),
    ("connection_requests", "post"):   (TO_SIGN_IN, NOT_FOUND, NOT_SO, NOT_SO, NOT_FOUND),
    ("connection_view", "get"):        (TO_SIGN_IN, NOT_FOUND, IN, IN, NOT_FOUND),
    ("connection_view", "post"):       (TO_SIGN_IN, NOT_FOUND, NOT_SO, NOT_SO, NOT_FOUND),
    ("connection_documents", "get"):   (TO_SIGN_IN, NOT_FOUND, IN, IN, NOT_FOUND),
    ("connection_documents", "post"):  (TO_SIGN_IN, NOT_FOUND, NOT_SO, NOT_SO, NOT_FOUND),
    ("roster", "get"):                 (TO_SIGN_IN, NOT_FOUND, IN, IN, NOT_FOUND),
    ("roster", "post"):                (TO_SIGN_IN, NOT_FOUND, NOT_SO, NOT_SO, NOT_FOUND),
    ("roster_tree", "get"):            (TO_SIGN_IN, NOT_FOUND, IN, IN, NOT_FOUND),
    ("roster_tree", "post"):           (TO_SIGN_IN, NOT_FOUND, NOT_SO, NOT_SO, NOT_FOUND),
    ("audit_undo", "get"):             (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, NOT_FOUND, NOT_FOUND),
    ("audit_undo", "post"):            (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, NOT_FOUND, NOT_FOUND),
    ("roster_kind", "get"):            (TO_SIGN_IN, NOT_FOUND, IN, IN, NOT_FOUND),
    ("roster_kind", "post"):           (TO_SIGN_IN, NOT_FOUND, NOT_SO, NOT_SO, NOT_FOUND),
    ("roster_record", "get"):          (TO_SIGN_IN, NOT_FOUND, IN, IN, NOT_FOUND),
    ("roster_record", "post"):         (TO_SIGN_IN, NOT_FOUND, NOT_SO, NOT_SO, NOT_FOUND),
    ("roster_why", "get"):             (TO_SIGN_IN, NOT_FOUND, IN, IN, NOT_FOUND),
    ("roster_why", "post"):            (TO_SIGN_IN, NOT_FOUND, NOT_SO, NOT_SO, NOT_FOUND),
    ("roster_exclude", "get"):         (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, IN, NOT_FOUND),
    ("roster_exclude", "post"):        (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, WRONG, NOT_FOUND),
    ("roster_exclude", "put"):         (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, NOT_SO, NOT_FOUND),
    ("roster_include", "get"):         (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, IN, NOT_FOUND),
    ("roster_include", "post"):        (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, ON, NOT_FOUND),
    ("roster_include", "put"):         (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, NOT_SO, NOT_FOUND),
    ("grades", "get"):                 (TO_SIGN_IN, NOT_FOUND, IN, IN, NOT_FOUND),
    ("grades", "post"):                (TO_SIGN_IN, NOT_FOUND, NOT_SO, NOT_SO, NOT_FOUND),
    ("grade_refused", "get"):          (TO_SIGN_IN, NOT_FOUND, IN, IN, NOT_FOUND),
    ("grade_refused", "post"):         (TO_SIGN_IN, NOT_FOUND, NOT_SO, NOT_SO, NOT_FOUND),
    ("grade_deliveries", "get"):       (TO_SIGN_IN, NOT_FOUND, IN, IN, NOT_FOUND),
    ("grade_deliveries", "post"):      (TO_SIGN_IN, NOT_FOUND, NOT_SO, NOT_SO, NOT_FOUND),
    ("grade_delivery_new", "get"):     (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, IN, NOT_FOUND),
    ("grade_delivery_new", "post"):    (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, WRONG, NOT_FOUND),
    ("grade_delivery", "get"):         (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, NOT_FOUND, NOT_FOUND),
    ("grade_delivery", "post"):        (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, NOT_FOUND, NOT_FOUND),
    ("grade_delivery_act", "get"):     (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, NOT_SO, NOT_FOUND),
    ("grade_delivery_act", "post"):    (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, NOT_FOUND, NOT_FOUND),
    ("import_sources", "get"):         (TO_SIGN_IN, NOT_FOUND, IN, IN, NOT_FOUND),
    ("import_sources", "post"):        (TO_SIGN_IN, NOT_FOUND, NOT_SO, NOT_SO, NOT_FOUND),
    ("import_source_new", "get"):      (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, IN, NOT_FOUND),
    ("import_source_new", "post"):     (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, WRONG, NOT_FOUND),
    ("import_source", "get"):          (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, NOT_FOUND, NOT_FOUND),
    ("import_source", "post"):         (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, NOT_FOUND, NOT_FOUND),
    ("import_source_act", "get"):      (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, NOT_SO, NOT_FOUND),
    ("import_source_act", "post"):     (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, NOT_FOUND, NOT_FOUND),
    ("grade_windows", "get"):          (TO_SIGN_IN, NOT_FOUND, IN, IN, NOT_FOUND),
    ("grade_windows", "post"):         (TO_SIGN_IN, NOT_FOUND, NOT_SO, NOT_SO, NOT_FOUND),
    ("grade_window_set", "get"):       (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, NOT_SO, NOT_FOUND),
    ("grade_window_set", "post"):      (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, WRONG, NOT_FOUND),
    ("imports", "get"):                (TO_SIGN_IN, NOT_FOUND, IN, IN, NOT_FOUND),
    ("imports", "post"):               (TO_SIGN_IN, NOT_FOUND, NOT_SO, NOT_SO, NOT_FOUND),
    ("import_upload", "get"):          (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, NOT_SO, NOT_FOUND),
    ("import_upload", "post"):         (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, WRONG, NOT_FOUND),
    ("import", "get"):                 (TO_SIGN_IN, NOT_FOUND, IN, IN, NOT_FOUND),
    ("import", "post"):                (TO_SIGN_IN, NOT_FOUND, NOT_SO, NOT_SO, NOT_FOUND),
    ("import_findings", "get"):        (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, IN, NOT_FOUND),
    ("import_findings", "post"):       (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, NOT_SO, NOT_FOUND),
    ("import_decide", "get"):          (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, ON, NOT_FOUND),
    ("import_decide", "post"):         (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, ON, NOT_FOUND),
    ("import_decide", "put"):          (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, NOT_SO, NOT_FOUND),
    ("cache", "get"):                  (TO_SIGN_IN, NOT_FOUND, IN, IN, NOT_FOUND),
    ("cache", "post"):                 (TO_SIGN_IN, NOT_FOUND, NOT_SO, NOT_SO, NOT_FOUND),
    ("cache_refresh", "get"):          (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, NOT_SO, NOT_FOUND),
    ("cache_refresh", "post"):         (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, ON, NOT_FOUND),
    ("cache_cancel", "get"):           (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, NOT_SO, NOT_FOUND),
    ("cache_cancel", "post"):          (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, ON, NOT_FOUND),
    ("cache_held", "get"):             (TO_SIGN_IN, NOT_FOUND, ON, ON, NOT_FOUND),
    ("cache_held", "post"):            (TO_SIGN_IN, NOT_FOUND, NOT_SO, NOT_SO, NOT_FOUND),
    ("cache_held_csv", "get"):         (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, NOT_FOUND, NOT_FOUND),
    ("cache_held_csv", "post"):        (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, NOT_SO, NOT_FOUND),
    ("cache_decide", "get"):           (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, NOT_SO, NOT_FOUND),
    ("cache_decide", "post"):          (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, ON, NOT_FOUND),
    ("import_rows", "get"):            (TO_SIGN_IN, NOT_FOUND, IN, IN, NOT_FOUND),
    ("import_rows", "post"):           (TO_SIGN_IN, NOT_FOUND, NOT_SO, NOT_SO, NOT_FOUND),
    ("import_row_set", "get"):         (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, NOT_SO, NOT_FOUND),
    ("import_row_set", "post"):        (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, WRONG, NOT_FOUND),
    ("import_row_end", "get"):         (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, NOT_SO, NOT_FOUND),
    ("import_row_end", "post"):        (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, ON, NOT_FOUND),
    ("prerequisites", "get"):          (TO_SIGN_IN, NOT_FOUND, IN, IN, NOT_FOUND),
    ("prerequisites", "post"):         (TO_SIGN_IN, NOT_FOUND, NOT_SO, NOT_SO, NOT_FOUND),
    ("prerequisites_csv", "get"):      (TO_SIGN_IN, NOT_FOUND, IN, IN, NOT_FOUND),
    ("prerequisites_csv", "post"):     (TO_SIGN_IN, NOT_FOUND, NOT_SO, NOT_SO, NOT_FOUND),
    ("rollover", "get"):               (TO_SIGN_IN, NOT_FOUND, IN, IN, NOT_FOUND),
    ("rollover", "post"):              (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, WRONG, NOT_FOUND),
    ("rollover_preview", "get"):       (TO_SIGN_IN, NOT_FOUND, IN, IN, NOT_FOUND),
    ("rollover_preview", "post"):      (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, ON, NOT_FOUND),
    ("rollover_csv", "get"):           (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, IN, NOT_FOUND),
    ("rollover_csv", "post"):          (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, NOT_SO, NOT_FOUND),
    ("rollover_undo", "post"):         (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, ON, NOT_FOUND),
    ("rollover_undo", "get"):          (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, NOT_SO, NOT_FOUND),
    ("audit", "get"):                  (TO_SIGN_IN, NOT_FOUND, IN, IN, NOT_FOUND),
    ("audit", "post"):                 (TO_SIGN_IN, NOT_FOUND, NOT_SO, NOT_SO, NOT_FOUND),
    ("audit_csv", "get"):              (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, IN, NOT_FOUND),
    ("audit_csv", "post"):             (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, NOT_SO, NOT_FOUND),
    ("staff", "get"):                  (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, IN, NOT_FOUND),
    ("staff", "post"):                 (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, NOT_SO, NOT_FOUND),
    ("staff_invite", "get"):           (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, NOT_SO, NOT_FOUND),
    ("staff_invite", "post"):          (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, WRONG, NOT_FOUND),
    ("staff_role", "get"):             (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, NOT_SO, NOT_FOUND),
    ("staff_role", "post"):            (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, NOT_FOUND, NOT_FOUND),
    ("staff_end", "get"):              (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, NOT_FOUND, NOT_FOUND),
    ("staff_end", "post"):             (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, NOT_FOUND, NOT_FOUND),
    ("staff_end", "put"):              (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, NOT_SO, NOT_FOUND),
    ("settings", "get"):               (TO_SIGN_IN, NOT_FOUND, IN, IN, NOT_FOUND),
    ("settings", "post"):              (TO_SIGN_IN, NOT_FOUND, NOT_SO, NOT_SO, NOT_FOUND),
    ("setting_change", "get"):         (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, NOT_SO, NOT_FOUND),
    ("setting_change", "post"):        (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, WRONG, NOT_FOUND),
    ("setting_fields", "get"):         (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, NOT_SO, NOT_FOUND),
    ("setting_fields", "post"):        (TO_SIGN_IN, NOT_FOUND, NOT_YOURS, ON, NOT_FOUND),
    ("sandbox", "get"):                (TO_SIGN_IN, NOT_FOUND, NOT_FOUND, NOT_FOUND, NOT_FOUND),
    ("sandbox", "post"):               (TO_SIGN_IN, NOT_FOUND, NOT_FOUND, NOT_FOUND, NOT_FOUND),
    ("sandbox_end", "get"):            (TO_SIGN_IN, NOT_FOUND, NOT_FOUND, NOT_FOUND, NOT_SO),
    ("sandbox_end", "post"):           (TO_SIGN_IN, NOT_FOUND, NOT_FOUND, NOT_FOUND, NOT_FOUND),
    ("directory", "get"):              (TO_SIGN_IN, NOT_FOUND, NOT_FOUND, NOT_FOUND, IN),
    ("directory", "post"):             (TO_SIGN_IN, NOT_FOUND, NOT_FOUND, NOT_FOUND, NOT_SO),
    ("directory_new", "get"):          (TO_SIGN_IN, NOT_FOUND, NOT_FOUND, NOT_FOUND, IN),
    ("directory_new", "post"):         (TO_SIGN_IN, NOT_FOUND, NOT_FOUND, NOT_FOUND, WRONG),
    ("directory_edit", "get"):         (TO_SIGN_IN, NOT_FOUND, NOT_FOUND, NOT_FOUND, NOT_FOUND),
    ("directory_edit", "post"):        (TO_SIGN_IN, NOT_FOUND, NOT_FOUND, NOT_FOUND, NOT_FOUND),
    ("directory_logo", "get"):         (NOT_FOUND,) * 5,
    ("directory_logo", "post"):        (NOT_SO,) * 5,
    ("interests", "get"):              (TO_SIGN_IN, NOT_FOUND, NOT_FOUND, NOT_FOUND, IN),
    ("interests", "post"):             (TO_SIGN_IN, NOT_FOUND, NOT_FOUND, NOT_FOUND, NOT_SO),
    ("interest_decide", "get"):        (TO_SIGN_IN, NOT_FOUND, NOT_FOUND, NOT_FOUND, NOT_SO),
    ("interest_decide", "post"):       (TO_SIGN_IN, NOT_FOUND, NOT_FOUND, NOT_FOUND, NOT_FOUND),
    ("interest", "get"):               (IN,) * 5,
    ("interest", "post"):              (WRONG,) * 5,
    ("interest", "put"):               (NOT_SO,) * 5,
    ("hand_over", "get"):              (NOT_FOUND,) * 5,
    ("hand_over", "post"):             (NOT_FOUND,) * 5,
    ("hand_over", "put"):              (NOT_SO,) * 5,
    ("docs", "get"):                   (IN, IN, IN, IN, IN),
    ("docs", "post"):                  (NOT_SO, NOT_SO, NOT_SO, NOT_SO, NOT_SO),
    ("docs_postman", "get"):           (IN, IN, IN, IN, IN),
    ("docs_postman", "post"):          (NOT_SO, NOT_SO, NOT_SO, NOT_SO, NOT_SO),
    ("docs_article", "get"):           (IN, IN, IN, IN, IN),
    ("docs_article", "post"):          (NOT_SO, NOT_SO, NOT_SO, NOT_SO, NOT_SO),
    ("docs_district", "get"):          (IN, IN, IN, IN, IN),
    ("docs_district", "post"):         (NOT_SO, NOT_SO, NOT_SO, NOT_SO, NOT_SO),
    ("docs_search", "get"):            (IN, IN, IN, IN, IN),
    ("docs_search", "post"):           (NOT_SO, NOT_SO, NOT_SO, NOT_SO, NOT_SO),
    ("docs_version", "get"):           (IN, IN, IN, IN, IN),
    ("docs_version", "post"):          (NOT_SO, NOT_SO, NOT_SO, NOT_SO, NOT_SO),
    ("language", "get"):               (TO_SIGN_IN, NOT_SO, NOT_SO, NOT_SO, NOT_SO),
    ("language", "post"):              (TO_SIGN_IN, NOT_FOUND, NOT_FOUND, NOT_FOUND, NOT_FOUND),
    ("account_login", "get"):          (IN, ON, ON, ON, ON),
    ("account_logout", "get"):         (ON, IN, IN, IN, IN),
    ("account_logout", "post"):        (ON, ON, ON, ON, ON),
    ("account_signup", "get"):         (IN, ON, ON, ON, ON),
    ("account_signup", "post"):        (IN, ON, ON, ON, ON),
    ("account_email", "get"):          (NOT_FOUND,) * 5,
    ("account_inactive", "get"):       (IN,) * 5,
    ("account_reset_password_done", "get"): (IN,) * 5,
    ("account_reset_password_from_key_done", "get"): (IN,) * 5,
    ("account_reset_password_from_key", "get"): (IN,) * 5,
    ("account_reset_password", "get"): (IN,) * 5,
    ("account_reauthenticate", "get"): (TO_SIGN_IN, IN, IN, IN, IN),
    ("account_change_password", "get"): (TO_SIGN_IN, IN, IN, IN, IN),
    ("account_set_password", "get"):   (TO_SIGN_IN, ON, ON, ON, ON),
    ("mfa_index", "get"):              (TO_SIGN_IN, IN, IN, IN, IN),
    ("mfa_authenticate", "get"):       (ON, ON, ON, ON, ON),
    ("mfa_reauthenticate", "get"):     (TO_SIGN_IN, ON, ON, ON, ON),
    ("mfa_activate_totp", "get"):      (TO_SIGN_IN, ON, ON, ON, ON),
    ("mfa_deactivate_totp", "get"):    (TO_SIGN_IN, NOT_FOUND, NOT_FOUND, NOT_FOUND, NOT_FOUND),
    ("mfa_list_webauthn", "get"):      (TO_SIGN_IN, IN, IN, IN, IN),
    ("mfa_add_webauthn", "get"):       (TO_SIGN_IN, ON, ON, ON, ON),
    ("mfa_login_webauthn", "get"):     (ON, ON, ON, ON, ON),
    ("mfa_reauthenticate_webauthn", "get"): (TO_SIGN_IN, ON, ON, ON, ON),
    ("mfa_edit_webauthn", "get"):      (TO_SIGN_IN, ON, ON, ON, ON),
    ("mfa_remove_webauthn", "get"):    (TO_SIGN_IN, ON, ON, ON, ON),
    ("mfa_view_recovery_codes", "get"): (TO_SIGN_IN, *[NOT_FOUND] * 4),
    ("mfa_generate_recovery_codes", "get"): (TO_SIGN_IN, ON, ON, ON, ON),
    ("mfa_download_recovery_codes", "get"): (TO_SIGN_IN, *[NOT_FOUND] * 4),
    ("openid_connect_login", "get"):   (NOT_FOUND,) * 5,
    ("openid_connect_login", "post"):  (NOT_SO,) * 5,
    ("openid_connect_callback", "get"): (NOT_FOUND,) * 5,
    ("openid_connect_callback", "post"): (NOT_SO,) * 5,
    ("sessions", "get"):               (TO_SIGN_IN, IN, IN, IN, IN),
    ("sessions", "post"):              (TO_SIGN_IN, NOT_SO, NOT_SO, NOT_SO, NOT_SO),
    ("sessions_end", "get"):           (TO_SIGN_IN, NOT_SO, NOT_SO, NOT_SO, NOT_SO),
    ("sessions_end", "post"):          (TO_SIGN_IN, ON, ON, ON, ON),
    ("session_end", "get"):            (TO_SIGN_IN, NOT_SO, NOT_SO, NOT_SO, NOT_SO),
    ("session_end", "post"):           (TO_SIGN_IN, NOT_FOUND, NOT_FOUND, NOT_FOUND, NOT_FOUND),
}  # fmt: skip

OF_NO_ORGANIZATION = {
    name
    for name, _ in DOORS
    if name
    in ("home", "kept_form", "hand_over", "organizations", "jobs", "job_again", "docs", "language")
    or name.startswith(("directory", "interest", "docs_", "account_", "mfa_", "openid_", "session"))
}

NOT_OURS = {"token", "revoke", None}
"""The token endpoint's and the API's doors, which have tests of their own."""


@pytest.mark.parametrize(("door", "answers"), DOORS.items(), ids=map(" ".join, DOORS))
def test_each_door_opens_to_whom_it_should(
    door: tuple[str, str],
    answers: tuple[int, ...],
    everybody: dict[str, Client],
    brightpath: Connection,
):
    name, method = door
    if name in OF_AN_IMPORT:
        Import.objects.create(pk=IMPORT, organization=brightpath.organization, name="roster.zip")
    address = address_of(name, "riverside", brightpath.pk)
    for who, expected in zip(EVERYBODY, answers, strict=True):
        answer = getattr(everybody[who], method)(address)
        assert (who, answer.status_code) == (who, expected)
        if who == "anonymous" and expected == TO_SIGN_IN:
            assert answer["Location"].startswith("/sign-in/")


def test_no_page_stands_outside_of_the_table():
    pages = {
        pattern.name
        for pattern in (*urls.urlpatterns, *urls.desk, *doors.urlpatterns)
        if isinstance(pattern, URLPattern)
    }
    assert pages - NOT_OURS == {name for name, _ in DOORS}


@pytest.mark.parametrize("name", sorted({name for name, _ in DOORS} - OF_NO_ORGANIZATION))
def test_an_organization_that_is_not_there_looks_like_one_of_others(
    name: str, everybody: dict[str, Client], brightpath: Connection
):
    for slug in ("nowhere", "lakeside"):
        assert everybody["dana"].get(address_of(name, slug, brightpath.pk)).status_code == 404


@pytest.mark.parametrize("name", sorted({"connection", *OF_ONE}))
def test_a_connection_of_another_organization_is_not_there(
    name: str, everybody: dict[str, Client], brightpath: Connection
):
    for method in ("get", "post"):
        answer = getattr(everybody["liz"], method)(address_of(name, "lakeside", brightpath.pk))
        assert answer.status_code in (404, 405)
    assert brightpath.secrets.count() == 1


PARTS: dict[str, dict[str, object]] = {
    **{name: {"number": IMPORT} for name in OF_AN_IMPORT},
    **{name: {"kind": "school"} for name in (*OF_A_ROW, "roster_kind")},
    "directory_edit": {"pk": NOBODY},
    "directory_logo": {"digest": "guessed"},
    "interest_decide": {"pk": NOBODY, "act": "accept"},
    "sandbox_end": {"pk": NOBODY},
    "staff_role": {"pk": NOBODY},
    "staff_end": {"pk": NOBODY},
    "audit_undo": {"pk": NOBODY},
    **{name: {"pk": NOBODY} for name in ("grade_delivery", "import_source")},
    **{
        name: {"pk": NOBODY, "act": "trust"} for name in ("grade_delivery_act", "import_source_act")
    },
    "import_decide": {"number": IMPORT, "act": "approve"},
    "cache_decide": {"number": NOBODY, "act": "approve"},
    "job_again": {"pk": NOBODY},
    "session_end": {"pk": NOBODY},
    "mfa_edit_webauthn": {"pk": NOBODY},
    "mfa_remove_webauthn": {"pk": NOBODY},
    "openid_connect_login": {"provider_id": "nobody"},
    "openid_connect_callback": {"provider_id": "nobody"},
    "account_reset_password_from_key": {"uidb36": "1", "key": "guessed-word"},
    "connection_act": {"act": "pause"},
    "connection_several": {"act": "pause"},
    "connection_several_job": {"pk": NOBODY},
    "connection_secret": {"which": "older"},
    "connection_secret_day": {"which": "older"},
    "connection_letter": {"kind": "pause"},
    "connection_documents": {"collection": "orgs"},
    "docs_article": {"book": "district", "name": "guide"},
    "docs_version": {"version": "1.2"},
    "hand_over": {"word": "guessed"},
    "act": {"pk": NOBODY},
    "rollover_preview": {"year": 2028},
    "rollover_csv": {"year": 2028},
    "rollover_undo": {"act": "cancel"},
    "docs_postman": {"version": "1.2", "what": "collection"},
}
"""The parts of addresses beside the organization and the connection."""


def address_of(name: str, slug: str, pk: int) -> str:
    given = {} if name in OF_NO_ORGANIZATION else {"slug": slug}
    of_one = {"pk": pk} if name == "connection" or name in OF_ONE else {}
    query = {"id": "school-1"} if name in OF_A_ROW else None
    return reverse(name, kwargs={**given, **of_one, **PARTS.get(name, {})}, query=query)
