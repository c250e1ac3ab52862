"""The portal and the personal links."""

from django.urls import URLPattern, path

from dialogues.views import portal, public
from dialogues.views.answering import answer, answer_done

urlpatterns: list[URLPattern] = [
    *public.urlpatterns,
    path("svar/<str:token>/", answer, name="answer"),
    path("svar/<str:token>/klart/", answer_done, name="answer_done"),
    *portal.urlpatterns,
]
