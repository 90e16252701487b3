"""Pages of the admin about one's own log-in."""

from django.contrib import admin
from django.urls import path, re_path

from aidtracker.accounts import own_security, passkeys, second_step, single_sign_on, step_up

admin_view = admin.site.admin_view
# Before anybody is logged in.
open_pages = [
    path("sso/", single_sign_on.begin, name="sso"),
    path("sso/back/", single_sign_on.back, name="sso_back"),
    path("second-step/", second_step.second_step, name="second_step"),
    re_path("^passkeys/(?P<what>use|add)/begin/$", passkeys.begin, name="passkey_begin"),
    re_path("^passkeys/(?P<what>use|add)/end/$", passkeys.end, name="passkey_end"),
]
account_pages = [
    path("prove/", admin_view(step_up.prove), name="prove"),
    path("security/", admin_view(own_security.own_security), name="own_security"),
    path("security/app/", admin_view(own_security.add_an_app), name="add_app"),
]
