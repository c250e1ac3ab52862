"""The portal and the personal links."""

from django.urls import URLPattern, path

from dialogues.views import lottery, portal, public
from dialogues.views.answering import answer, answer_done
from dialogues.views.choosing import choose, chosen
from dialogues.views.codes import answer_by_code
from dialogues.views.evaluating import evaluation, evaluation_done

urlpatterns: list[URLPattern] = [
    *public.urlpatterns,
    *lottery.urlpatterns,
    path("svar/", answer_by_code, name="answer_by_code"),
    path("svar/<str:token>/", answer, name="answer"),
    path("svar/<str:token>/klart/", answer_done, name="answer_done"),
    path("valj-introduktion/<str:token>/", choose, name="choose_introduction"),
    path("valj-introduktion/<str:token>/klart/", chosen, name="introduction_chosen"),
    path("tyck-till/tack/", evaluation_done, name="evaluation_done"),
    path("tyck-till/<str:token>/", evaluation, name="evaluation"),
    *portal.urlpatterns,
]
