from django.urls import path

from quiz import views

app_name = "quiz"
urlpatterns = [
    path("", views.take_quiz, name="home"),
    path("how/", views.how, name="how"),
    path("healthz/live", views.live, name="live"),
    path("healthz/ready", views.ready, name="ready"),
    path("r/<str:code>/", views.result, name="result"),
    path("r/<str:code>/another/", views.another, name="another"),
    path("r/<str:code>/card.jpg", views.card, name="card"),
    path("tiles/<str:name>", views.tile_picture, name="tile_picture"),
    path("<slug:slug>/", views.take_quiz, name="take_quiz"),
    path("<slug:slug>/lover/", views.find_lover, name="find_lover"),
]
