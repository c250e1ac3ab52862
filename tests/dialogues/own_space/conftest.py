"""A contact signed in to the portal."""

import pytest

from dialogues.models import Dialogue, DialogueState
from tests.dialogues.factories import dialogue_with_contact


@pytest.fixture
def signed_in(client):
    def sign_in(state: DialogueState, **fields: object) -> Dialogue:
        dialogue, user = dialogue_with_contact(state, **fields)
        client.force_login(user)
        return dialogue

    return sign_in
