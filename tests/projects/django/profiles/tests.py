import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from .models import Profile

pytestmark = pytest.mark.django_db


@pytest.fixture
def profile():
    user = User.objects.create_user("ada")
    return Profile.objects.create(user=user, favourite_city="Falmouth")


def test_a_profile_is_named_after_its_user(profile):
    assert str(profile) == "ada"


def test_the_index_lists_profiles(client, profile):
    answer = client.get(reverse("profiles:index"))
    assert answer.status_code == 200
    assert b"ada" in answer.content


def test_a_profile_shows_the_favourite_city(client, profile):
    answer = client.get(reverse("profiles:profile", args=["ada"]))
    assert b"Favourite city: Falmouth" in answer.content


def test_an_unknown_profile_is_not_found(client):
    assert client.get(reverse("profiles:profile", args=["nobody"])).status_code == 404
