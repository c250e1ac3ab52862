"""The huvudman's portal: one thing a page, all by one's own dialogues, all of it without JavaScript."""

from django.urls import URLPattern, path

from dialogues.views.choosing import portal_choose, portal_chosen
from dialogues.views.evaluating import portal_evaluation
from dialogues.views.portal.analysis import (
    portal_analysis,
    portal_analysis_check,
    portal_analysis_done,
    portal_analysis_pdf,
    portal_analysis_read,
    portal_analysis_sent,
    portal_analysis_sent_pdf,
)
from dialogues.views.portal.analysis_writing import portal_analysis_part
from dialogues.views.portal.answering import portal_answer, portal_answer_done, portal_cancel
from dialogues.views.portal.front import portal, portal_huvudman
from dialogues.views.portal.goals import portal_goal, portal_goal_deed, portal_work
from dialogues.views.portal.letters import (
    portal_attachment,
    portal_letter,
    portal_letters,
    portal_paper_letter,
)
from dialogues.views.portal.meetings import (
    portal_feedback,
    portal_feedback_done,
    portal_feedback_other_time,
    portal_introduction,
    portal_other_time,
    portal_time,
    portal_time_done,
)
from dialogues.views.portal.needs import portal_needs
from dialogues.views.portal.own_questions import (
    portal_own_question,
    portal_own_question_new,
    portal_own_question_withdraw,
    portal_own_questions,
)
from dialogues.views.portal.pages import View
from dialogues.views.portal.participants import (
    portal_calendar,
    portal_invite,
    portal_participant,
    portal_participant_drop,
    portal_participants,
)
from dialogues.views.portal.people import (
    portal_colleague,
    portal_colleague_end,
    portal_colleague_new,
    portal_people,
    portal_people_confirm,
)
from dialogues.views.portal.questions import (
    portal_question,
    portal_question_drop,
    portal_question_lower,
    portal_question_raise,
    portal_questions,
    portal_questions_check,
    portal_questions_done,
    portal_questions_throw,
)
from dialogues.views.portal.sent import portal_receipt, portal_sent
from dialogues.views.portal.summary import portal_summary, portal_summary_done, portal_summary_pdf
from dialogues.views.portal.underlag import (
    portal_underlag,
    portal_underlag_excel,
    portal_underlag_pdf,
    portal_underlag_short,
)


def page(route: str, view: View, name: str) -> URLPattern:
    """A page about one dialogue, which its address names."""
    return path(f"dialoger/<uuid:public_id>/{route}", view, name=name)


def page_of_huvudman(route: str, view: View, name: str) -> URLPattern:
    """A page about one huvudman, which its address names, with a dialogue or without."""
    return path(f"dialoger/huvudman/<uuid:huvudman_id>/{route}", view, name=name)


urlpatterns: list[URLPattern] = [
    path("dialoger/", portal, name="portal"),
    page_of_huvudman("", portal_huvudman, "portal_huvudman"),
    page_of_huvudman("medarbetare/", portal_people, "portal_people"),
    page_of_huvudman("medarbetare/stammer/", portal_people_confirm, "portal_people_confirm"),
    page_of_huvudman("medarbetare/ny/", portal_colleague_new, "portal_colleague_new"),
    page_of_huvudman("medarbetare/<int:pk>/", portal_colleague, "portal_colleague"),
    page_of_huvudman("medarbetare/<int:pk>/avsluta/", portal_colleague_end, "portal_colleague_end"),
    page("svar/", portal_answer, "portal_answer"),
    page("svar/klart/", portal_answer_done, "portal_answer_done"),
    page("introduktion/", portal_introduction, "portal_introduction"),
    page("introduktion/valj/", portal_choose, "portal_choose_introduction"),
    page("introduktion/valj/klart/", portal_chosen, "portal_introduction_chosen"),
    page("underlag/", portal_underlag, "portal_underlag"),
    page("underlag/pdf/", portal_underlag_pdf, "portal_underlag_pdf"),
    page("underlag/excel/", portal_underlag_excel, "portal_underlag_excel"),
    page("underlag/kort/", portal_underlag_short, "portal_underlag_short"),
    page("nulage/", portal_analysis, "portal_analysis"),
    page("nulage/del/<slug:part>/", portal_analysis_part, "portal_analysis_part"),
    page("nulage/las/", portal_analysis_read, "portal_analysis_read"),
    page("nulage/las/pdf/", portal_analysis_pdf, "portal_analysis_pdf"),
    page("nulage/skicka/", portal_analysis_check, "portal_analysis_check"),
    page("nulage/klart/", portal_analysis_done, "portal_analysis_done"),
    page("nulage/skickad/<int:version>/", portal_analysis_sent, "portal_analysis_sent"),
    page("nulage/skickad/<int:version>/pdf/", portal_analysis_sent_pdf, "portal_analysis_sent_pdf"),
    page("fragor/", portal_questions, "portal_questions"),
    page("fragor/<uuid:question>/", portal_question, "portal_question"),
    page("fragor/<uuid:question>/ta-bort/", portal_question_drop, "portal_question_drop"),
    page("fragor/<uuid:question>/upp/", portal_question_raise, "portal_question_raise"),
    page("fragor/<uuid:question>/ned/", portal_question_lower, "portal_question_lower"),
    page("fragor/kontrollera/", portal_questions_check, "portal_questions_check"),
    page("fragor/kasta/", portal_questions_throw, "portal_questions_throw"),
    page("fragor/klart/", portal_questions_done, "portal_questions_done"),
    page("fragor-till-oss/", portal_own_questions, "portal_own_questions"),
    page("fragor-till-oss/ny/", portal_own_question_new, "portal_own_question_new"),
    page("fragor-till-oss/<uuid:question>/", portal_own_question, "portal_own_question"),
    page(
        "fragor-till-oss/<uuid:question>/ta-tillbaka/",
        portal_own_question_withdraw,
        "portal_own_question_withdraw",
    ),
    page("behov/", portal_needs, "portal_needs"),
    page("deltagare/", portal_participants, "portal_participants"),
    page("deltagare/<uuid:participant>/", portal_participant, "portal_participant"),
    page("deltagare/<uuid:participant>/ta-bort/", portal_participant_drop, "portal_participant_drop"),
    page("deltagare/bjud-in/", portal_invite, "portal_invite"),
    page("deltagare/kalender/", portal_calendar, "portal_calendar"),
    page("tid/", portal_time, "portal_time"),
    page("tid/annan/", portal_other_time, "portal_other_time"),
    page("tid/klart/", portal_time_done, "portal_time_done"),
    page("sammanfattning/", portal_summary, "portal_summary"),
    page("sammanfattning/klart/", portal_summary_done, "portal_summary_done"),
    page("sammanfattning/<int:number>/pdf/", portal_summary_pdf, "portal_summary_pdf"),
    page("aterkoppling/", portal_feedback, "portal_feedback"),
    page("aterkoppling/annan/", portal_feedback_other_time, "portal_feedback_other_time"),
    page("aterkoppling/klart/", portal_feedback_done, "portal_feedback_done"),
    page("utvardering/<slug:part>/", portal_evaluation, "portal_evaluation"),
    page("fortsatt-arbete/", portal_work, "portal_work"),
    page("fortsatt-arbete/<uuid:goal>/", portal_goal, "portal_goal"),
    page("fortsatt-arbete/<uuid:goal>/<slug:name>/", portal_goal_deed, "portal_goal_deed"),
    page("brev/", portal_letters, "portal_letters"),
    page("brev/<uuid:letter_id>/", portal_letter, "portal_letter"),
    page("brev/papper/<uuid:letter_id>/", portal_paper_letter, "portal_paper_letter"),
    page("brev/<uuid:letter_id>/bilaga/<int:number>/", portal_attachment, "portal_attachment"),
    page("skickat/", portal_sent, "portal_sent"),
    page("skickat/<uuid:receipt_id>/", portal_receipt, "portal_receipt"),
    page("avboka/", portal_cancel, "portal_cancel"),
]
