from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/faces/", include("quiz.revoke_urls")),
    path("admin/", admin.site.urls),
    path("", include("faces.urls")),
    path("", include("quiz.urls")),
]

handler400 = "quiz.sorry.bad_request"
handler403 = "quiz.sorry.permission_denied"
handler404 = "quiz.sorry.page_not_found"
handler500 = "quiz.sorry.server_error"
