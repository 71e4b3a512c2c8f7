from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path, re_path

from faces import panel_views, views

app_name = "faces"
urlpatterns = [
    re_path(
        r"^f/(?P<key>[A-Za-z0-9_-]{11})/(?P<size>512|256|96)\.webp$",
        views.picture,
        name="picture",
    ),
    path("panel/", panel_views.panel, name="panel"),
    path("panel/start/", panel_views.start, name="start"),
    path("panel/rate/", panel_views.rate, name="rate"),
    path("panel/next/", panel_views.next_faces, name="next_faces"),
    path("panel/vote/", panel_views.vote, name="vote"),
    path("panel/undo/", panel_views.undo, name="undo"),
    path("panel/skip/", panel_views.skip, name="skip"),
    path("panel/done/", panel_views.done, name="done"),
    re_path(
        r"^panel/faces/(?P<ticket>[A-Za-z0-9_:-]{20,200})/(?P<size>512|96)\.webp$",
        panel_views.picture,
        name="panel_picture",
    ),
    path(
        "panel/sign-in/",
        LoginView.as_view(
            template_name="faces/login.html", redirect_authenticated_user=True
        ),
        name="login",
    ),
    path(
        "panel/sign-out/",
        LogoutView.as_view(next_page="faces:login"),
        name="logout",
    ),
]
