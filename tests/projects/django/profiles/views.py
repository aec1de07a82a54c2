from django.views.generic import DetailView, ListView

from .models import Profile


class Index(ListView):
    queryset = Profile.objects.select_related("user").order_by("user__username")
    template_name = "profiles/index.html"


class Detail(DetailView):
    queryset = Profile.objects.select_related("user")
    slug_field = "user__username"
    slug_url_kwarg = "username"
    template_name = "profiles/profile.html"
