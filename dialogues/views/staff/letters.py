"""The staff's list of letters (Utskick), and the page of one letter with its evidence."""

from __future__ import annotations

import uuid

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.contrib import messages
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin

from accounts.actors import person
from accounts.domain.machine import NotPossible
from accounts.models import AuditEntry
from accounts.posting import posted_from
from dialogues.forms.letters import DEEDS, ReasonForm, deeds_for
from dialogues.letter_filters import LetterFilter
from dialogues.links import has_personal_link, without_personal_links
from dialogues.models import Letter, LetterAttachment
from dialogues.views.staff.frame import page_of, require, staff_page

FRAMED = {
    "default-src": [NONE],
    "img-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "frame-ancestors": [SELF],
    "sandbox": True,
}
"""What a letter's HTML may do in its frame: look as it is written, nothing more."""
VIEW, HANDLE = "dialogues.view_letters", "dialogues.handle_letters"


def letter_list(request: HttpRequest) -> HttpResponse:
    """All letters, latest first, filtered by search, state, kind and batch."""
    require(request, VIEW)
    wanted = LetterFilter.from_query(request.GET)
    page = page_of(wanted.apply(letter_rows()), request.GET.get("page"))
    context = {"title": _("Utskick"), "page": page, "filter": wanted, "chips": wanted.chips(request.GET)}
    return staff_page(request, "staff/letter_list.html", context)


def letter_rows() -> QuerySet[Letter]:
    """Rows of the list, without the letters' bodies."""
    return Letter.objects.select_related("dialogue__huvudman", "batch").defer("text", "html", "last_reply")


def letter_page(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One letter: text, HTML, bytes, attachments, what the server said, and what a person can do."""
    require(request, VIEW)
    return _show(request, _find(public_id), ReasonForm())


@posted_from("admin:letter")
def letter_deed(request: HttpRequest, public_id: uuid.UUID, name: str) -> HttpResponse:
    """Do what a person has decided, and go back to the letter."""
    require(request, HANDLE)
    letter, deed = _find(public_id), DEEDS.get(name)
    if deed is None:
        raise Http404
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            actor = person(request.user)  # type: ignore[arg-type]
            deed.verb(letter=letter, reason=form.cleaned_data["reason"], actor=actor)
        except NotPossible as why:
            form.add_error(None, str(why))
        else:
            messages.success(request, str(deed.done))
            return redirect("admin:letter", public_id)
    return _show(request, letter, form, status=422)


@xframe_options_sameorigin
@csp_replace(FRAMED)  # type: ignore[arg-type]
def letter_html(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The letter's HTML for a frame on its page: nothing is fetched, no script runs, no link leads away."""
    require(request, VIEW)
    return HttpResponse(without_personal_links(_find(public_id).html))


def letter_bytes(request: HttpRequest, public_id: uuid.UUID) -> FileResponse:
    """The letter exactly as it was handed over, unless it has a personal link: that is its recipient's."""
    require(request, VIEW)
    letter = _find(public_id)
    if letter.sent_bytes is None or has_personal_link(letter.text):
        raise Http404
    file = letter.sent_bytes.file.open("rb")
    return FileResponse(
        file, as_attachment=True, filename=f"brev-{letter.pk}.eml", content_type="message/rfc822"
    )


def letter_attachment(request: HttpRequest, public_id: uuid.UUID, pk: int) -> FileResponse:
    """An attachment, byte for byte."""
    require(request, VIEW)
    attachments = LetterAttachment.objects.select_related("file")
    attachment = get_object_or_404(attachments, pk=pk, letter__public_id=public_id)
    file = attachment.file.file.open("rb")
    return FileResponse(
        file, as_attachment=True, filename=attachment.name, content_type=attachment.media_type
    )


def _find(public_id: uuid.UUID) -> Letter:
    rows = Letter.objects.select_related("dialogue__huvudman", "batch", "agency", "sent_bytes")
    return get_object_or_404(rows, public_id=public_id)


def _show(request: HttpRequest, letter: Letter, form: ReasonForm, *, status: int = 200) -> HttpResponse:
    context = {
        "title": letter.title,
        "letter": letter,
        "text": without_personal_links(letter.text),
        "is_personal": has_personal_link(letter.text),
        "attachments": letter.attachments.select_related("file").order_by("pk"),
        "evidence": evidence_of(letter),
        "deeds": deeds_for(letter) if request.user.has_perm(HANDLE) else [],
        "form": form,
    }
    return staff_page(request, "staff/letter.html", context, status=status)


def evidence_of(letter: Letter) -> QuerySet[AuditEntry]:
    """Everything that has happened to the letter, first things first."""
    kind = ContentType.objects.get_for_model(Letter)
    return AuditEntry.objects.filter(subject_type=kind, subject_id=letter.pk).order_by("at", "pk")
