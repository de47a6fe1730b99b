"""Routes of the accounts app."""

from django.urls import path

from accounts.views.accounts import AccountCreate, AccountEnd, AccountList
from accounts.views.deputies import DeputyPage
from accounts.views.session import PasswordChange, SignIn, SignOut
from accounts.views.signing import SigningKeyPage

urlpatterns = [
    path("sign-in/", SignIn.as_view(), name="sign_in"),
    path("sign-out/", SignOut.as_view(), name="sign_out"),
    path("password/", PasswordChange.as_view(), name="password_change"),
    path("signing-key/", SigningKeyPage.as_view(), name="signing_key"),
    path("deputies/", DeputyPage.as_view(), name="deputies"),
    path("accounts/", AccountList.as_view(), name="account_list"),
    path("accounts/new/", AccountCreate.as_view(), name="account_create"),
    path("accounts/<int:pk>/end/", AccountEnd.as_view(), name="account_end"),
]
