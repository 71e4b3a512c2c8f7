from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path, re_path

from faces import agreement_views, grid_views, lead_views, panel_views, views

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
    re_path(
        r"^panel/pictures/(?P<face_id>\d+)/(?P<size>512|256|96)\.webp$",
        views.waiting_picture,
        name="waiting_picture",
    ),
    path("panel/lead/", lead_views.lead, name="lead"),
    path("panel/lead/seen/", lead_views.confirm_seen, name="confirm_seen"),
    path(
        "panel/lead/words/<int:rating_id>/back/",
        lead_views.take_back,
        name="take_back",
    ),
    path("panel/lead/<int:face_id>/decide/", lead_views.decide, name="decide"),
    path("panel/lead/<int:face_id>/refuse/", lead_views.refuse, name="refuse"),
    path("panel/lead/<int:face_id>/ask-again/", lead_views.ask_again, name="ask_again"),
    path(
        "panel/lead/<int:face_id>/show-again/", lead_views.show_again, name="show_again"
    ),
    path("panel/lead/<int:face_id>/revoke/", lead_views.revoke, name="revoke"),
    path(
        "panel/lead/<int:face_id>/close/",
        lead_views.close_reports,
        name="close_reports",
    ),
    path("panel/agreement/", agreement_views.agreement, name="agreement"),
    path("panel/votes.csv", agreement_views.votes, name="votes"),
    path("panel/grid/", grid_views.grid, name="grid"),
    path("panel/grid/tick/", grid_views.tick_faces, name="tick_faces"),
    path("panel/grid/undo/", grid_views.untick_faces, name="untick_faces"),
]
