from django.urls import reverse


def test_the_front_page_leads_to_both_applications(client):
    answer = client.get(reverse("index"))
    assert answer.status_code == 200
    for name in ["lettings:index", "profiles:index"]:
        assert reverse(name).encode() in answer.content
