from django.urls import path, re_path

from faces import agreement_views, grid_views, lead_views, views

app_name = "faces"
urlpatterns = [
    re_path(
        r"^f/(?P<key>[A-Za-z0-9_-]{11})/(?P<size>512|256|96)\.webp$",
        views.picture,
        name="picture",
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
