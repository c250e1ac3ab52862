"""What every template may use."""

from django.conf import settings
from django.http import HttpRequest


def house(_request: HttpRequest) -> dict[str, object]:
    """How to reach us, and whether this is the demo."""
    return {
        "contact_phone": settings.CONTACT_PHONE,
        "contact_email": settings.CONTACT_EMAIL,
        "contact_hours": settings.CONTACT_HOURS,
        "is_demo": settings.DEMO,
    }
