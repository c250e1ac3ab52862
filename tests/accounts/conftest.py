"""Sign-in is rate limited: each test starts with nobody's tries counted."""

import pytest
import redis


@pytest.fixture(autouse=True)
def no_tries_yet(own_redis: redis.Redis) -> None:
    """Forget earlier tests' tries and used codes."""
    own_redis.flushdb()
