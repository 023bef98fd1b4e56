"""What every feed's settings have in common, and secrets that stay out of what is shown."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from pipeline.feeds.config import FeedConfig, FeedConfigError, Secret, base_context
from pipeline.formats import Context
from pipeline.settings import Settings

BASE = Context(
    source="-",
    feed="-",
    location="/in/a",
    received=datetime(2024, 6, 19, tzinfo=UTC),
    limit=1024,
    language="en",
    provider="base",
)


def test_what_a_feed_says_goes_before_what_holds_for_all() -> None:
    config = FeedConfig(
        type="x",
        name="afp-fr",
        source="AFP",
        format="jsonl",
        language="fr-CA",
        provider="Agence",
        timezone="America/Montreal",
        mapping={"headline": "fields.title"},
    )
    context = config.context(BASE)
    assert (context.source, context.feed, context.format) == ("AFP", "afp-fr", "jsonl")
    assert (context.language, context.provider, context.zone) == ("fr-CA", "Agence", "America/Montreal")
    assert context.mapping == {"headline": "fields.title"}
    assert (context.location, context.received, context.limit) == ("/in/a", BASE.received, 1024)


def test_what_a_feed_does_not_say_stays() -> None:
    context = FeedConfig(type="x", name="afp").context(BASE)
    assert (context.source, context.feed) == ("afp", "afp")
    assert (context.language, context.provider, context.zone) == ("en", "base", None)


def test_a_blank_source_is_the_name() -> None:
    assert FeedConfig(type="x", name="afp", source="  ").source_name == "afp"


def test_the_base_knows_how_large_an_article_may_be() -> None:
    assert base_context(Settings(max_article_bytes=4096)).limit == 4096


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"name": ""}, "pattern"),
        ({"name": "AFP"}, "pattern"),
        ({"name": "-afp"}, "pattern"),
        ({"name": "a\n"}, "pattern"),
        ({"language": "français"}, "no language tag like fr"),
        ({"timezone": "Europe/Pari"}, "no time zone 'Europe/Pari'"),
        ({"timezone": "../../etc/passwd"}, "no time zone"),
        ({"timezone": ""}, "no time zone"),
        ({"format": "nitff"}, "no format 'nitff'; there are .*jsonl"),
        ({"provider": ""}, "at least 1 character"),
        ({"mapping": {"headlin": "title"}}, "an article has no such field; it has .*headline"),
        ({"mapping": {"headline": "a..b"}}, "no path like fields.title"),
        ({"colour": "red"}, "Extra inputs"),
    ],
)
def test_what_is_not_allowed(values: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        FeedConfig.model_validate({"type": "x", "name": "afp", **values})


class TestSecret:
    def test_from_the_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        secret = Secret.model_validate({"env": "AFP_PASSWORD"})
        monkeypatch.setenv("AFP_PASSWORD", "s3cret")
        assert secret.reveal() == "s3cret"

    def test_from_a_file_without_its_last_line_end(self, tmp_path: Path) -> None:
        (tmp_path / "token").write_text(" s3cret \r\n")
        assert Secret(file=tmp_path / "token").reveal() == " s3cret "

    def test_a_file_may_change(self, tmp_path: Path) -> None:
        secret = Secret(file=tmp_path / "token")
        for text in ("old", "new"):
            (tmp_path / "token").write_text(text)
            assert secret.reveal() == text

    def test_a_text_is_not_shown(self) -> None:
        secret = Secret.model_validate("s3cret")
        assert secret.reveal() == "s3cret"
        assert "s3cret" not in f"{secret} {secret!r} {secret.model_dump_json()}"

    @pytest.mark.parametrize("value", [{}, {"env": "A", "file": "b"}, 17, ["a"], None])
    def test_written_otherwise(self, value: Any) -> None:
        with pytest.raises(ValidationError, match="write a secret as"):
            Secret.model_validate(value)

    @pytest.mark.parametrize("value", [{"env": ""}, {"variable": "A"}])
    def test_with_keys_that_are_none(self, value: Any) -> None:
        with pytest.raises(ValidationError):
            Secret.model_validate(value)

    def test_what_is_missing_is_said(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("EMPTY", "")
        (tmp_path / "empty").write_text("\n")
        (tmp_path / "binary").write_bytes(b"\xff\xfe")
        for secret, why in (
            (Secret(env="NOT_SET_ANYWHERE"), "variable NOT_SET_ANYWHERE is not set"),
            (Secret(env="EMPTY"), "variable EMPTY is not set or empty"),
            (Secret(file=tmp_path / "none"), "none cannot be read: .*No such file"),
            (Secret(file=tmp_path / "empty"), "empty is not set or empty"),
            (Secret(file=tmp_path / "binary"), "binary cannot be read"),
            (Secret.model_validate(""), "its text is not set or empty"),
        ):
            with pytest.raises(FeedConfigError, match=why):
                secret.reveal()
