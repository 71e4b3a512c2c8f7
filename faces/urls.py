from django.urls import re_path

from faces import views

app_name = "faces"
urlpatterns = [
    re_path(
        r"^f/(?P<key>[A-Za-z0-9_-]{11})/(?P<size>512|256|96)\.webp$",
        views.picture,
        name="picture",
    ),
]
