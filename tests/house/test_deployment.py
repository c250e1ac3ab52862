"""The production files hang together: compose, Dockerfile, settings and their table."""

import re
from pathlib import Path

import pytest
import yaml
from celery import current_app

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
SETTINGS = (ROOT / "config" / "settings.py").read_text()
DEMO = (ROOT / "bin" / "demo").read_text()
SITE = ["migrate", "web", "worker", "worker-long", "beat"]
SERVING = ["postgres", "redis", "web", "worker", "worker-long", "beat"]


def settings_read() -> set[str]:
    """The names that config/settings.py reads from the environment."""
    return set(re.findall(r'env(?:\.\w+)?\(\s*"([A-Z_]+)"', SETTINGS))


def apt_packages(text: str) -> set[str]:
    installs = re.findall(r"--no-install-recommends\s+(.*?)&&", text.replace("\\\n", " "), re.DOTALL)
    return {name for names in installs for name in names.split()}


def test_all_parts_are_there() -> None:
    assert set(SERVICES) == {*SITE, *SERVING}


@pytest.mark.parametrize("name", SERVING)
def test_what_serves_is_watched_and_started_again(name: str) -> None:
    assert SERVICES[name]["restart"] == "unless-stopped"
    assert SERVICES[name]["healthcheck"]["test"][0] == "CMD"


@pytest.mark.parametrize("name", SITE)
def test_the_site_runs_without_rights_it_does_not_need(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service


@pytest.mark.parametrize("name", ["web", "worker", "worker-long", "beat"])
def test_the_site_waits_for_its_database_as_it_should_be(name: str) -> None:
    waits = SERVICES[name]["depends_on"]
    assert waits["migrate"]["condition"] == "service_completed_successfully"
    assert waits["postgres"]["condition"] == waits["redis"]["condition"] == "service_healthy"


@pytest.mark.parametrize("name", ["web", "worker", "worker-long"])
def test_what_scales_has_no_name_or_port_that_only_one_can_have(name: str) -> None:
    assert "container_name" not in SERVICES[name]
    for port in SERVICES[name].get("ports", []):
        assert re.search(r"\d+-\d+\}?:8000$", port), f"{port} is for one replica only"


def test_every_volume_is_declared_and_used() -> None:
    used = {entry.split(":")[0] for service in SERVICES.values() for entry in service.get("volumes", [])}
    assert used == set(COMPOSE["volumes"])


def test_every_setting_without_default_is_given() -> None:
    needed = set(re.findall(r'env(?:\.\w+)?\(\s*"([A-Z_]+)"\s*\)', SETTINGS))
    assert needed, "settings that must be given"
    assert needed <= set(SERVICES["web"]["environment"])


def test_every_setting_can_be_given() -> None:
    of_the_image = set(re.findall(r"([A-Z_]+)=/", DOCKERFILE))
    of_development = {"DEBUG", "DEMO", "HTTPS"}
    assert (
        settings_read()
        == set(SERVICES["web"]["environment"]) | (of_the_image & settings_read()) | of_development
    )


def test_no_secret_has_a_default() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    for name in ["SECRET_KEY", "POSTGRES_PASSWORD", "EMAIL_URL"]:
        found = re.findall(rf"\$\{{{name}(?![A-Z_])(..)", text)
        assert set(found) == {":?"}, f"{name} is not asked for, or has a default"


def consumed(command: list[str]) -> set[str]:
    """The queues that a worker's command says it takes tasks from."""
    return set(command[command.index("-Q") + 1].split(","))


def test_what_takes_long_has_workers_of_its_own() -> None:
    current_app.loader.import_default_modules()
    routed = {name: current_app.amqp.router.route({}, name)["queue"].name for name in current_app.tasks}
    ours = {name: queue for name, queue in routed.items() if not name.startswith("celery.")}
    assert ours == {
        "dialogues.deliver_letters": "celery",
        "dialogues.sweep_letters": "celery",
        "dialogues.start_due_batches": "celery",
        "dialogues.ask_for_evaluations": "celery",
        "dialogues.take_up_lost_underlag": "celery",
        "dialogues.take_up_lost_post_runs": "celery",
        "dialogues.remind_the_silent": "celery",
        "dialogues.brief_leaders": "celery",
        "dialogues.clear_what_was_kept_too_long": "celery",
        "dialogues.ask_for_contact_checks": "celery",
        "dialogues.render_post_run": "long",
        "dialogues.make_draw": "long",
        "dialogues.take_up_waiting_draws": "celery",
        "huvudman.take_up_waiting_imports": "celery",
        "dialogues.render_underlag": "long",
        "huvudman.preview_register_import": "long",
        "huvudman.apply_register_import": "long",
        "quality_system.place_newcomers": "celery",
        "quality_system.take_up_waiting_statistics": "celery",
        "quality_system.preview_statistics": "long",
        "quality_system.apply_statistics": "long",
    }
    workers = [SERVICES[name]["command"] for name in ("worker", "worker-long")]
    demo = [line.split() for line in DEMO.splitlines() if " celery -A config worker " in line]
    assert [consumed(command) for command in workers] == [{"celery"}, {"long"}]
    assert [consumed(command) for command in demo] == [{"celery"}, {"long"}]


@pytest.mark.parametrize("name", ["worker", "worker-long"])
def test_a_worker_may_finish_its_task_before_it_is_ended(name: str) -> None:
    limit = int(re.search(r"CELERY_TASK_TIME_LIMIT = (\d+)", SETTINGS)[1])  # type: ignore[index]
    minutes = int(SERVICES[name]["stop_grace_period"].removesuffix("m"))
    assert minutes * 60 >= limit


def test_the_image_runs_as_nobody_in_particular() -> None:
    final = DOCKERFILE.rsplit("FROM ", 1)[1]
    assert re.search(r"^USER (?!root|0)\w+", final, re.MULTILINE)


def test_the_image_holds_only_what_runs() -> None:
    assert "requirements/base.txt" in DOCKERFILE
    assert not re.search(r"requirements/(test|dev|mail)", DOCKERFILE)
    assert "--require-hashes" in DOCKERFILE


def test_the_image_and_apt_txt_agree() -> None:
    listed = {line for line in (ROOT / "apt.txt").read_text().splitlines() if not line.startswith("#")}
    assert apt_packages(DOCKERFILE)
    assert apt_packages(DOCKERFILE) <= listed


def test_the_image_holds_every_package_of_the_site() -> None:
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert {"accounts", "huvudman", "quality_system", "dialogues", "config", "templates", "static"} <= kept


def test_every_setting_is_in_the_table() -> None:
    table = (ROOT / "docs" / "operate.md").read_text()
    documented = set(re.findall(r"^\| `([A-Z_]+)`", table, re.MULTILINE))
    assert settings_read() - documented == set()


def test_direct_requirements_stay_few() -> None:
    lines = (ROOT / "requirements" / "base.in").read_text().splitlines()
    assert len([line for line in lines if line and not line.startswith("#")]) <= 30


@pytest.mark.parametrize("path", sorted((ROOT / "requirements").glob("*.txt")), ids=lambda path: path.name)
def test_requirements_are_pinned_hashed_and_name_no_host(path: Path) -> None:
    text = path.read_text().replace("\\\n", " ")
    packages = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    assert packages
    assert [line for line in packages if "==" not in line or "--hash=sha256:" not in line] == []
    assert "://" not in text
