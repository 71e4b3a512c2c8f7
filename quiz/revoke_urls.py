"""Among the lists of faces in the admin, but in this app: results are what it is about."""

from django.contrib import admin
from django.urls import path

from quiz import operators

view = admin.site.admin_view

app_name = "revoking"
urlpatterns = [
    path("revoke/", view(operators.revoke), name="revoke"),
    path("revoke/confirm/", view(operators.confirm), name="confirm"),
    path("revoke/addresses/", view(operators.addresses_page), name="addresses"),
    path("revoke/addresses.csv", view(operators.addresses_csv), name="csv"),
    path("network/<int:pk>/retire/", view(operators.retire), name="retire"),
]
