"""Passwords come from a file or the environment, and are never shown."""

from pathlib import Path

import pytest

from config.errors import ConfigError
from config.mail_schema import MailSettings
from pipeline.publish.mail.account import sender_of, server_of

MAIL = MailSettings(host="smtp.example", from_address="s@survey.example", username="survey")


def test_password_comes_from_file_before_environment(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("from file\nsecond line\n")
    environment = {"SMTP_PASSWORD": "from environment"}
    assert server_of(MAIL, environment).password == "from environment"
    filed = MAIL.model_copy(update={"password_file": file})
    assert server_of(filed, environment).password == "from file"


def test_missing_password_names_both_places(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="environment variable SMTP_PASSWORD"):
        server_of(MAIL, {})
    gone = MAIL.model_copy(update={"password_file": tmp_path / "gone"})
    with pytest.raises(ConfigError, match="cannot be read"):
        server_of(gone, {})


def test_mail_without_host_or_sender_is_refused() -> None:
    with pytest.raises(ConfigError, match="host is empty"):
        server_of(MailSettings(), {})
    with pytest.raises(ConfigError, match="from_address is empty"):
        sender_of(MailSettings(), "A Survey")


def test_sender_falls_back_to_its_own_address() -> None:
    sender = sender_of(MAIL, "A Survey")
    assert (sender.name, sender.bounces, sender.unsubscribe) == (
        "A Survey",
        "s@survey.example",
        "s@survey.example",
    )
    assert sender.list_id == "living-survey.survey.example"
