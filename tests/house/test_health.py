"""The address that load balancers and health checks ask."""

import socket

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from pytest_django.fixtures import Settings


@pytest.mark.django_db
def test_all_is_well(client: Client, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(1):  # type: ignore[operator]
        answer = client.get("/halsa/")
    assert answer.status_code == 200
    assert answer.content == b"ok"
    assert "no-cache" in answer["Cache-Control"]


@pytest.mark.django_db
def test_it_only_reads(client: Client) -> None:
    assert client.post("/halsa/").status_code == 405


@pytest.mark.django_db(transaction=True)
def test_without_database_it_fails(client: Client) -> None:
    client.raise_request_exception = False
    connection.close()
    name = connection.settings_dict["NAME"]
    connection.settings_dict["NAME"] = "no_such_database"
    try:
        assert client.get("/halsa/").status_code == 500
        with pytest.raises(DatabaseError):
            connection.ensure_connection()
    finally:
        connection.settings_dict["NAME"] = name


@pytest.mark.django_db
def test_without_redis_it_fails(client: Client, settings: Settings) -> None:
    client.raise_request_exception = False
    with socket.socket() as nobody_listens:
        nobody_listens.bind(("127.0.0.1", 0))
        port = nobody_listens.getsockname()[1]
        settings.CACHES = {
            "default": {**settings.CACHES["default"], "LOCATION": f"redis://127.0.0.1:{port}/0"}
        }
        assert client.get("/halsa/").status_code == 500
