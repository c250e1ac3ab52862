"""The addresses of the dialogues' pages in the staff site."""

from __future__ import annotations

from collections.abc import Callable

from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext_lazy as _

from accounts.adminsite import RailEntry, site
from accounts.models import StaffRole
from dialogues.views.staff import (
    analyses,
    batch_deeds,
    batch_page,
    batch_underlag,
    batches,
    briefs,
    choices,
    desk,
    dialogues,
    draws,
    evaluations,
    groups,
    introductions,
    issuing,
    letters,
    needs,
    notes,
    open_pages,
    own_questions,
    paper,
    plan_files,
    plans,
    replacing,
    replans,
    resting,
    search,
    steps,
    summaries,
    swaps,
    taking_in,
    underlag,
)

PAGES: list[tuple[str, Callable[..., HttpResponseBase], str]] = [
    ("sok/", search.search, "search"),
    ("att-gora/antal/", desk.desk_count, "desk_count"),
    ("att-gora/urval/", choices.desk_choices, "desk_choices"),
    ("att-gora/vila/<slug:kind>/<int:pk>/", resting.desk_rest, "desk_rest"),
    ("att-gora/vack/<int:pk>/", resting.desk_wake, "desk_wake"),
    ("dialoger/", dialogues.dialogue_list, "dialogue_list"),
    ("dialoger/<uuid:public_id>/", dialogues.dialogue_page, "dialogue"),
    ("dialoger/<uuid:public_id>/anteckningar/<uuid:note>/", notes.dialogue_note, "dialogue_note"),
    (
        "dialoger/<uuid:public_id>/fragor-till-oss/<uuid:question>/",
        own_questions.dialogue_own_question,
        "dialogue_own_question",
    ),
    ("dialoger/<uuid:public_id>/behov/", needs.dialogue_needs, "dialogue_needs"),
    ("dialoger/<uuid:public_id>/<slug:name>/", steps.dialogue_step, "dialogue_step"),
    ("nulagesanalyser/<uuid:public_id>/<int:version>/", analyses.analysis_page, "analysis"),
    ("nulagesanalyser/<uuid:public_id>/<int:version>/pdf/", analyses.analysis_pdf, "analysis_pdf"),
    ("infor-dialogen/<uuid:public_id>/", briefs.brief_page, "brief"),
    ("sammanfattningar/<uuid:public_id>/<int:number>/", summaries.summary_page, "summary"),
    ("sammanfattningar/<uuid:public_id>/<int:number>/pdf/", summaries.summary_pdf, "summary_pdf"),
    ("i-stallet/<uuid:public_id>/", replacing.dialogue_replace, "dialogue_replace"),
    ("omgangar/", batches.batch_list, "batch_list"),
    ("omgangar/<uuid:public_id>/", batch_page.batch_page, "batch"),
    ("omgangar/<uuid:public_id>/alla/<slug:name>/", batch_deeds.batch_all, "batch_all"),
    ("omgangar/<uuid:public_id>/gjort/<int:pk>/", batch_deeds.batch_done, "batch_done"),
    ("omgangar/<uuid:public_id>/schemalagg/", batches.batch_schedule, "batch_schedule"),
    ("omgangar/<uuid:public_id>/nya-datum/", batches.batch_new_dates, "batch_new_dates"),
    ("omgangar/<uuid:public_id>/avsluta/", batches.batch_close, "batch_close"),
    ("omgangar/<uuid:public_id>/introduktion/", introductions.introduction_new, "introduction_new"),
    ("omgangar/<uuid:public_id>/vill-delta-senare/", taking_in.batch_take_in, "batch_take_in"),
    ("omgangar/<uuid:public_id>/introduktioner/", groups.introduction_groups, "introduction_groups"),
    ("omgangar/<uuid:public_id>/underlag/", batch_underlag.batch_underlag, "batch_underlag"),
    ("omgangar/<uuid:public_id>/underlag/siffror/", batch_underlag.batch_figures, "batch_figures"),
    ("omgangar/<uuid:public_id>/<slug:name>/", batches.batch_button, "batch_button"),
    ("planering/", plans.cycle_list, "cycle_list"),
    ("planering/ny/", plans.cycle_new, "cycle_new"),
    ("planering/<int:pk>/", plans.cycle_page, "cycle"),
    ("planering/<int:pk>/las/", draws.cycle_commit, "cycle_commit"),
    ("planering/<int:pk>/provlotta/", draws.cycle_try, "cycle_try"),
    ("planering/<int:pk>/namn/", plans.cycle_rename, "cycle_rename"),
    ("planering/<int:pk>/ta-bort/", plans.cycle_delete, "cycle_delete"),
    ("planering/<int:pk>/intyg.json", plans.cycle_certificate, "cycle_certificate"),
    ("planering/lottning/<uuid:public_id>/", draws.draw_page, "draw"),
    ("planering/<int:pk>/utvardering.csv", plan_files.cycle_extract, "cycle_extract"),
    ("planering/lottning/<uuid:public_id>/plan.xlsx", plan_files.draw_workbook, "draw_workbook"),
    ("planering/lottning/<uuid:public_id>/intyg.json", plan_files.draw_certificate, "draw_certificate"),
    ("planering/lottning/<uuid:public_id>/byt/", swaps.draw_swap, "draw_swap"),
    ("planering/lottning/<uuid:public_id>/jamfor/", draws.draw_compare, "draw_compare"),
    ("planering/lottning/<uuid:public_id>/planera-om/", replans.draw_replan, "draw_replan"),
    ("planering/lottning/<uuid:public_id>/andringar/", replans.draw_changes, "draw_changes"),
    (
        "planering/lottning/<uuid:public_id>/andringar.<str:kind>",
        replans.draw_changes_file,
        "draw_changes_file",
    ),
    ("planering/lottning/<uuid:public_id>/gor/<slug:name>/", draws.draw_deed, "draw_deed"),
    ("utskick/", letters.letter_list, "letter_list"),
    ("utskick/papper/", paper.paper_list, "paper_list"),
    ("utskick/papper/ny-utskrift/", paper.run_new, "post_run_new"),
    ("utskick/papper/<uuid:public_id>/", paper.paper_letter, "paper_letter"),
    ("utskick/papper/<uuid:public_id>/<slug:name>/", paper.paper_deed, "paper_deed"),
    ("utskick/utskrift/<uuid:public_id>/", paper.run_page, "post_run"),
    ("utskick/utskrift/<uuid:public_id>/brev.pdf", paper.run_pdf, "post_run_pdf"),
    ("utskick/utskrift/<uuid:public_id>/<slug:name>/", paper.run_deed, "post_run_deed"),
    ("utskick/<uuid:public_id>/", letters.letter_page, "letter"),
    ("utskick/<uuid:public_id>/brev.html", letters.letter_html, "letter_html"),
    ("utskick/<uuid:public_id>/brev.eml", letters.letter_bytes, "letter_bytes"),
    ("utskick/<uuid:public_id>/bilaga/<int:pk>/", letters.letter_attachment, "letter_attachment"),
    ("utskick/<uuid:public_id>/<slug:name>/", letters.letter_deed, "letter_deed"),
    ("uppfoljning/", evaluations.evaluation_results, "evaluation_results"),
    ("introduktion/<uuid:public_id>/", introductions.introduction_page, "introduction"),
    ("introduktion/<uuid:public_id>/andra/", introductions.introduction_change, "introduction_change"),
    ("introduktion/<uuid:public_id>/deltog/", introductions.introduction_attendance, "introduction_came"),
    ("introduktion/<uuid:public_id>/stall-in/", introductions.introduction_cancel, "introduction_cancel"),
    ("introduktion/<uuid:public_id>/underlag/", underlag.underlag_for_meeting, "underlag_for_meeting"),
    ("underlag/<uuid:public_id>/", underlag.underlag_page, "underlag"),
    ("underlag/<uuid:public_id>/pdf/", underlag.underlag_pdf, "underlag_pdf"),
    ("underlag/<uuid:public_id>/excel/", underlag.underlag_excel, "underlag_excel"),
    ("underlag/<uuid:public_id>/kort/", underlag.underlag_short, "underlag_short"),
    ("underlag/<uuid:public_id>/omraden/", underlag.underlag_areas, "underlag_areas"),
    ("underlag/<uuid:public_id>/igen/", underlag.underlag_again, "underlag_again"),
    ("underlag/<uuid:public_id>/skicka/", issuing.underlag_issue, "underlag_issue"),
    ("underlag/<uuid:public_id>/gor/<slug:name>/", underlag.underlag_act, "underlag_act"),
    ("oppna-sidor/", open_pages.page_list, "open_pages"),
    ("oppna-sidor/anmalningar/", open_pages.report_list, "accessibility_reports"),
    ("oppna-sidor/anmalningar/<int:pk>/", open_pages.report_page, "accessibility_report"),
    ("oppna-sidor/<slug:name>/<slug:language>/", open_pages.page_edit, "open_page"),
    (
        "oppna-sidor/<slug:name>/<slug:language>/forhandsvisning/",
        open_pages.page_preview,
        "open_page_preview",
    ),
    (
        "oppna-sidor/<slug:name>/<slug:language>/version/<int:version>/",
        open_pages.page_version,
        "open_page_version",
    ),
    ("oppna-sidor/<slug:name>/<slug:language>/<slug:deed>/", open_pages.page_act, "open_page_act"),
]
"""Route, view and name of each page; of two routes that fit an address the first one counts."""


def patterns() -> list[URLPattern | URLResolver]:
    """The pages' URL patterns, each open to staff only."""
    return [path(route, site.admin_view(view), name=name) for route, view, name in PAGES]


site.add_pages(patterns)
site.set_front_page(desk.desk, count="admin:desk_count")
site.add_rail_entry(RailEntry(_("Dialoger"), "admin:dialogue_list", "dialogue", 10))
site.add_rail_entry(RailEntry(_("Omgångar"), "admin:batch_list", "batch", 20))
site.add_rail_entry(RailEntry(_("Planering"), "admin:cycle_list", "calendar", 30))
site.add_rail_entry(
    RailEntry(_("Öppna sidor"), "admin:open_pages", "document", 75, frozenset({"planner", "administrator"}))
)
site.add_rail_entry(
    RailEntry(_("Utskick"), "admin:letter_list", "letter", 70, frozenset(StaffRole.values) - {"statistician"})
)
site.add_rail_entry(
    RailEntry(
        _("Uppföljning"),
        "admin:evaluation_results",
        "followup",
        80,
        frozenset({StaffRole.PLANNER, StaffRole.LEADER, StaffRole.STATISTICIAN}),
    )
)
