"""A kommun with five people who write one analysis, and a person who represents two huvudmän."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import uuid4

from accounts.actors import Actor, person
from dialogues.demo.journeys import GroupTold, Scene
from dialogues.demo.people import DemoUser, kommun_tried
from dialogues.demo.story import Story
from dialogues.domain.analysis_drafts import Typed, save_texts
from dialogues.domain.people import change_colleague, invite_colleague
from dialogues.domain.seen import version_of
from dialogues.models import InvitationBatch
from huvudman.domain.contacts import add_contact
from huvudman.domain.sign_in import link_contact_user
from huvudman.models import Access, Contact, ContactRole

INVITED, WROTE = -40, -5
"""When the skolchef invited the others, and when they wrote."""

BY_CODE = "kod i e-post"
OF_TWO = "ombud@huvudman.example"
"""Who represents two huvudmän."""


@dataclass(frozen=True)
class Colleague:
    """Somebody beside the skolchef and the chair."""

    word: str
    name: str
    title: str
    role: ContactRole

    @property
    def email(self) -> str:
        return f"{self.word}.{kommun_tried().pk}@huvudman.example"


SIV = Colleague("rektor1", "Siv Exempel", "rektor", ContactRole.OTHER)
BO = Colleague("rektor2", "Bo Exempel", "rektor", ContactRole.OTHER)
RUT = Colleague("strateg", "Rut Exempel", "kvalitetsstrateg", ContactRole.ADMINISTRATION)

WRITTEN = (
    (
        SIV,
        "likvardighet.see",
        "Fler elever når målen i årskurs 9 än för tre år sedan. Skillnaden mellan skolorna i tätorten och på "
        "landsbygden har inte minskat.",
    ),
    (
        BO,
        "likvardighet.why",
        "På de mindre skolorna byts lärarna oftare ut, och undervisningen hinner inte bli gemensam. Det har "
        "vi sett i rektorernas lektionsbesök.",
    ),
    (
        RUT,
        "kvalitet.see",
        "Allt fler lärare är behöriga i grundskolan. I Skolenkäten säger eleverna att de är trygga, men "
        "färre att det är lugnt på lektionerna.",
    ),
    (RUT, "framat.aim", "Alla elever möter undervisning som lärarna har planerat tillsammans."),
)


def scenes_of_colleagues(story: Story, told: Sequence[GroupTold], planner: Actor) -> Iterator[Scene]:
    """The skolchef invites its colleagues, they write, and one person comes to represent two huvudmän."""
    yield Scene(story.at(INVITED, 10), invite_team)
    yield Scene(story.at(INVITED, 11), partial(let_one_represent_two, told, planner))
    for turn, (who, field, text) in enumerate(WRITTEN):
        yield Scene(story.at(WROTE, 10, 17 * turn), partial(write, told[0].batch, who, field, text))


def invite_team() -> None:
    """Let the skolchef invite three colleagues, and the chair read without writing."""
    huvudman = kommun_tried()
    actor = _actor(huvudman.contacts.get(role=ContactRole.SKOLCHEF))
    for who in (SIV, BO, RUT):
        about = {"name": who.name, "title": who.title, "role": who.role, "email": who.email}
        invite_colleague(huvudman=huvudman, actor=actor, access=Access.WRITE, valid_to=None, **about)
    chair = huvudman.contacts.get(role=ContactRole.CHAIR)
    change_colleague(contact=chair, actor=actor, access=Access.READ)


def let_one_represent_two(told: Sequence[GroupTold], planner: Actor) -> None:
    """Let one person represent a huvudman that has had its dialogue, and one that has a time to answer to."""
    first, second = told[:2]
    for dialogue in (first.seated()[3], second.seated()[-2]):
        add_contact(
            huvudman=dialogue.huvudman,
            actor=planner,
            name="Olle Exempel",
            title="ombud",
            role=ContactRole.OTHER,
            email=OF_TWO,
        )


def write(batch: InvitationBatch, who: Colleague, field: str, text: str) -> None:
    """Write one field of the kommun's analysis."""
    contact = kommun_tried().contacts.get(email=who.email)
    save_texts(
        dialogue=batch.dialogues.get(huvudman=contact.huvudman),
        typed={field: Typed(text, version_of(""))},
        form=uuid4(),
        by=str(contact),
        actor=_actor(contact),
    )


def colleagues_to_try() -> list[DemoUser]:
    """Whom of them one can sign in as; none before they are there."""
    if not Contact.objects.filter(email=OF_TWO).exists():
        return []
    chair = kommun_tried().contacts.get(role=ContactRole.CHAIR)
    return [
        DemoUser("rektor i samma kommun, skriver", SIV.email, BY_CODE),
        DemoUser("nämndens ordförande där, läser", chair.email, BY_CODE),
        DemoUser("ombud för två huvudmän", OF_TWO, BY_CODE),
    ]


def _actor(contact: Contact) -> Actor:
    return person(link_contact_user(contact=contact))
