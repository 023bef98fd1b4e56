"""Tokens from a file and from an authority over TLS: kept, renewed in time, and what is wrong with them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from aiokafka.errors import KafkaConnectionError as AiokafkaAwayError
from hypothesis import given
from hypothesis import strategies as st
from kafka.errors import KafkaConnectionError
from pydantic import SecretStr

from pipeline import kafka_tokens
from pipeline.kafka_tokens import ForAiokafka, ForKafkaPython, Source, TokenError, Tokens
from tests.security import authority as authorities
from tests.security.authority import SECRET, Authority


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def endpoint(authority: Authority, tmp_path: Path) -> Iterator[authorities.Tokens]:
    with authorities.Tokens(authority, tmp_path) as running:
        yield running


@pytest.fixture
def source(endpoint: authorities.Tokens, authority: Authority) -> Source:
    return Source(url=endpoint.url, client="desk", secret=SecretStr(SECRET), ca=authority.ca, scope="a b")


class TestFromAnAuthority:
    def test_a_token_is_asked_for_once_and_kept(self, endpoint: authorities.Tokens, source: Source) -> None:
        tokens = Tokens(source)
        assert tokens.get() == tokens.get()
        assert endpoint.given == 1
        assert endpoint.asked == [{"grant_type": ["client_credentials"], "scope": ["a b"]}]

    def test_many_who_want_one_at_once_ask_once(self, endpoint: authorities.Tokens, source: Source) -> None:
        tokens = Tokens(source)
        with ThreadPoolExecutor(8) as pool:
            assert len(set(pool.map(lambda _: tokens.get(), range(16)))) == 1
        assert endpoint.given == 1

    def test_it_is_renewed_before_it_ends(self, endpoint: authorities.Tokens, source: Source) -> None:
        tokens, endpoint.lasts_s = Tokens(source), 100.0
        began = time.monotonic()
        tokens.get()
        assert began + 80 <= tokens._until <= time.monotonic() + 80
        tokens._until = time.monotonic()
        tokens.get()
        assert endpoint.given == 2

    def test_a_secret_that_it_does_not_know_is_no_matter_of_time(self, source: Source) -> None:
        wrong = Source(url=source.url, client="desk", secret=SecretStr("wr0ng-secret"), ca=source.ca)
        with pytest.raises(TokenError, match="gives 'desk' no token: 401 no such client") as told:
            Tokens(wrong).required()
        assert not told.value.passing
        assert "wr0ng-secret" not in repr(told.value)
        assert told.value.__cause__ is None

    @pytest.mark.parametrize("status", [429, 500, 503])
    def test_one_that_is_busy_may_give_one_later(
        self, status: int, endpoint: authorities.Tokens, source: Source
    ) -> None:
        endpoint.broken = status
        tokens = Tokens(source)
        with pytest.raises(TokenError, match=f"no token: {status}") as told:
            tokens.get()
        assert told.value.passing
        tokens.required()
        endpoint.broken = None
        assert tokens.get()

    def test_one_that_is_away_may_come(self) -> None:
        away = Source(url="https://127.0.0.1:9/token?key=1", client="d", secret=SecretStr("s3cr3t"))
        with pytest.raises(TokenError, match=r"https://127.0.0.1:9/token does not answer") as told:
            Tokens(away).get()
        assert told.value.passing
        assert told.value.__cause__ is None, "it holds the request, and with it the secret"

    def test_one_that_nobody_trusts(self, source: Source, tmp_path: Path) -> None:
        other = Authority(tmp_path / "other")
        with pytest.raises(TokenError, match=r"certificate of the token authority .*NEWSWIRE_KAFKA_TOKEN_CA"):
            Tokens(Source(url=source.url, client="d", secret=SecretStr("s"), ca=other.ca)).required()
        with pytest.raises(TokenError, match=r"none\.pem, cannot be used: No such file"):
            Tokens(Source(url=source.url, client="d", secret=SecretStr("s"), ca=Path("none.pem"))).required()

    def test_the_libraries_take_it_for_a_broker_that_is_away(
        self, endpoint: authorities.Tokens, source: Source
    ) -> None:
        tokens = Tokens(source)
        endpoint.broken = 503
        with pytest.raises(KafkaConnectionError, match="no token: 503"):
            ForKafkaPython(tokens).token()
        with pytest.raises(AiokafkaAwayError, match="no token: 503"):
            asyncio.run(ForAiokafka(tokens).token())
        endpoint.broken = None
        assert ForKafkaPython(tokens).token() == asyncio.run(ForAiokafka(tokens).token())


class TestFromAFile:
    def test_it_is_read_each_time(self, tmp_path: Path) -> None:
        file = tmp_path / "token"
        file.write_text("one\n")
        tokens = Tokens(Source(file=file))
        assert tokens.get() == "one"
        file.write_text("two")
        assert tokens.get() == "two"

    @pytest.mark.parametrize("content", [b"", b"\n", b"two words", "Schlüssel".encode()])
    def test_what_is_no_token(self, content: bytes, tmp_path: Path) -> None:
        (tmp_path / "token").write_bytes(content)
        with pytest.raises(TokenError, match=r"holds no token|it is no text"):
            Tokens(Source(file=tmp_path / "token")).required()

    def test_one_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(TokenError, match=r"cannot be read: No such file.*must write it there"):
            Tokens(Source(file=tmp_path / "token")).required()

    def test_one_that_ended(self, endpoint: authorities.Tokens, tmp_path: Path) -> None:
        file = tmp_path / "token"
        file.write_text(endpoint.token("desk", lasts_s=-1))
        with pytest.raises(TokenError, match=r"ended at 20\d\d-.*Z: see why nothing renews it") as told:
            Tokens(Source(file=file)).required()
        assert file.read_text() not in str(told.value)

    @given(st.text(st.characters(codec="ascii", categories=("L", "N", "P")), min_size=1))
    def test_any_text_is_as_good_as_a_token_unless_it_says_when_it_ends(self, text: str) -> None:
        end = kafka_tokens._end(text)
        assert end is None or isinstance(end, float)


def test_its_end_is_what_a_token_says(endpoint: authorities.Tokens) -> None:
    end = kafka_tokens._end(endpoint.token("desk", lasts_s=100))
    assert end is not None
    assert abs(end - time.time() - 100) < 10
