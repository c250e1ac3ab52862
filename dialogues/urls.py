"""The portal and the personal links."""

from django.urls import URLPattern

from dialogues.views import public

urlpatterns: list[URLPattern] = [*public.urlpatterns]
