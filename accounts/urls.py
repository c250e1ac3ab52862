"""Pages about oneself."""

from django.urls import path

from accounts.views.health import health

urlpatterns = [path("halsa/", health, name="health")]
