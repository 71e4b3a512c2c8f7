from django.urls import path

from faces import views

app_name = "faces"
urlpatterns = [
    path("f/<str:key>/<int:size>.webp", views.picture, name="picture"),
]
