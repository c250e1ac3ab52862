"""The portal and the personal links."""

from django.urls import URLPattern, path

from dialogues.views import portal, public
from dialogues.views.answering import answer

urlpatterns: list[URLPattern] = [
    *public.urlpatterns,
    path("svar/<str:token>/", answer, name="answer"),
    *portal.urlpatterns,
]
