import pytest

from buoys import answer, nearest


@pytest.mark.parametrize(
    ("place", "name"), [((0, 10), "north"), ((7, 2), "wreck"), ((-4, -20), "bar")]
)
def test_the_nearest_buoy_is_found(place, name):
    assert nearest(*place) == name


def test_a_place_is_answered():
    assert answer("/0/10") == (200, "north\n")


def test_anything_else_is_not_found():
    assert answer("/moon")[0] == 404
