from django.views.generic import DetailView, ListView

from .models import Letting


class Index(ListView):
    queryset = Letting.objects.order_by("title")
    template_name = "lettings/index.html"


class Detail(DetailView):
    queryset = Letting.objects.select_related("address")
    template_name = "lettings/letting.html"
