"""The whole site, and the plain lists beside it."""

from bench.baselines.lists import patterns
from config.urls import urlpatterns as site_patterns

urlpatterns = [*site_patterns, *patterns()]
