import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from .models import Address, Letting

pytestmark = pytest.mark.django_db


@pytest.fixture
def letting():
    address = Address.objects.create(
        number=4, street="Quay Street", city="Falmouth", country_iso_code="GBR"
    )
    return Letting.objects.create(title="The pilot's house", address=address)


def test_names_are_readable(letting):
    assert str(letting) == "The pilot's house"
    assert str(letting.address) == "4 Quay Street, Falmouth"


@pytest.mark.parametrize("code", ["", "GB", "GBRX"])
def test_a_country_is_three_letters(letting, code):
    letting.address.country_iso_code = code
    with pytest.raises(ValidationError):
        letting.address.full_clean()


def test_the_index_lists_lettings(client, letting):
    answer = client.get(reverse("lettings:index"))
    assert answer.status_code == 200
    assert b"The pilot&#x27;s house" in answer.content


def test_an_empty_index_says_so(client):
    assert b"No lettings are available." in client.get(reverse("lettings:index")).content


def test_a_letting_shows_its_address(client, letting):
    answer = client.get(reverse("lettings:letting", args=[letting.pk]))
    assert b"4 Quay Street, Falmouth (GBR)" in answer.content


def test_an_unknown_letting_is_not_found(client):
    assert client.get(reverse("lettings:letting", args=[1])).status_code == 404
