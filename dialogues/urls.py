"""The portal and the personal links."""

from django.urls import URLPattern

from dialogues.views import public, underlag_portal

urlpatterns: list[URLPattern] = [*public.urlpatterns, *underlag_portal.urlpatterns]
