from django.urls import path

from . import views

app_name = "profiles"
urlpatterns = [
    path("", views.Index.as_view(), name="index"),
    path("<str:username>/", views.Detail.as_view(), name="profile"),
]
