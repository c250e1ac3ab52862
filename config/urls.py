"""All addresses of the site."""

from django.urls import include, path

from accounts.adminsite import site

handler403 = "accounts.views.denied.denied"

urlpatterns = [
    path("personal/", site.urls),
    path("sprak/", include("django.conf.urls.i18n")),
    path("", include("accounts.urls")),
    path("", include("dialogues.urls")),
]
