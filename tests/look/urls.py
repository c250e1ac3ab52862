"""The site's addresses and the component sheet."""

from django.urls import path

from config.urls import urlpatterns as site_urls
from tests.look.pages import sheet

urlpatterns = [*site_urls, path("delarna/", sheet)]
