from django.urls import path, re_path

from quiz import preview, views

RESULT = r"^r/(?P<code>[A-Za-z0-9_-]{22})/"

app_name = "quiz"
urlpatterns = [
    path("", views.take_quiz, name="home"),
    path("how/", views.how, name="how"),
    path("healthz/live", views.live, name="live"),
    path("healthz/ready", views.ready, name="ready"),
    re_path(RESULT + r"$", views.result, name="result"),
    re_path(RESULT + r"another/$", views.another, name="another"),
    re_path(RESULT + r"shared/$", views.shared, name="shared"),
    re_path(RESULT + r"report/$", views.report, name="report"),
    re_path(RESULT + r"card\.jpg$", views.card, name="card"),
    re_path(
        r"^tiles/(?P<name>[0-9a-f]{24}\.webp)$", views.tile_picture, name="tile_picture"
    ),
    path("<slug:slug>/", views.take_quiz, name="take_quiz"),
    path("<slug:slug>/lover/", views.find_lover, name="find_lover"),
    path("<slug:slug>/preview/<str:token>/", preview.play, name="preview"),
    path(
        "<slug:slug>/preview/<str:token>/lover/",
        preview.find_lover,
        name="preview_lover",
    ),
]
