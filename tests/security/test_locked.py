"""Everything locked, on real services: each way in, each role, and the way of an article through all of it.

One file, so that one process of the tests has one Kafka and one Elasticsearch for all of it.
"""

from __future__ import annotations

import asyncio
import base64
import json
import threading
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from kafka import KafkaConsumer, KafkaProducer
from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ResourcePattern,
    ResourceType,
)
from kafka.errors import KafkaError
from pydantic import SecretStr

from pipeline import access, kafka_security, kafka_topics, search
from pipeline.agents.hop import Hop
from pipeline.agents.outlet import Message, Outlet
from pipeline.dead.topic import DeadTopic
from pipeline.feeds.config import Secret
from pipeline.feeds.topic import Topic, TopicConfig
from pipeline.kafka_security import KafkaSecurityError
from pipeline.kafka_tokens import TokenError
from pipeline.lag import Monitor, broker
from pipeline.lag.broker import LagError
from pipeline.lag.index import LagIndex
from pipeline.local.services import status
from pipeline.producer import Producer
from pipeline.replay import Since, run
from pipeline.settings import Settings
from tests.agents.hops import a_hop_dies_alone, going  # noqa: F401 - a fixture
from tests.agents.recorder import until
from tests.enrich.models import load
from tests.feeds.driver import Driver
from tests.security.authority import PASSPHRASE, SECRET
from tests.security.chain import Chain, alerts, at, behind, count
from tests.security.conftest import Locked
from tests.security.elasticsearch_calls import Place
from tests.security.elasticsearch_calls import may as may_at_elasticsearch
from tests.security.house import House
from tests.security.kafka_calls import Caller
from tests.security.kafka_calls import may as may_at_kafka
from tests.security.locked_elasticsearch import PASSWORD
from tests.security.tables import table
from tests.workers import eventually

pytestmark = pytest.mark.services

WAYS = ("tls", "mtls", "scram", "oauth")
"""TLS; with a certificate of ours; with a password; with a token."""

WRONG = "wrong-but-secret-all-the-same"
AT_KAFKA = table("at Kafka")
AT_ELASTICSEARCH = table("at Elasticsearch")
SECRETS = (SECRET, PASSPHRASE, PASSWORD, WRONG)


@pytest.fixture(scope="module")
def own(locked: Locked) -> Settings:
    """A message on each topic, a topic of somebody else's, and a broker that knows who keeps offsets."""
    each = {"num_partitions": 1, "replication_factor": 1}
    locked.kafka.admin.create_topics({"payroll": each}, wait_for_metadata=True)
    with Caller(locked.own, locked.own) as admin:
        for name in ("raw", "enriched", "dead", "alerts"):
            admin.calls[f"write {name}"]()
        admin.calls["write, read other topics"]()
        eventually(lambda: _works(admin.calls["commit as enrich"]), within_s=30, what="a coordinator")
    return locked.own


def _works(call: Callable[[], object]) -> bool:
    try:
        call()
    except KafkaError:
        return False
    return True


@pytest.fixture(scope="module")
def place(locked: Locked) -> Place:
    """Indices of an alias of its own."""
    place = Place(locked.elasticsearch.admin, f"table-{locked.own.index}")
    asyncio.run(access.put_templates(locked.own.model_copy(update={"index": place.alias})))
    place.make()
    return place


class TestKafkaRoles:
    @pytest.mark.parametrize("role", AT_KAFKA)
    def test_a_role_may_do_what_the_table_says_and_no_more(
        self, role: str, locked: Locked, own: Settings
    ) -> None:
        with Caller(locked.by(role), own) as caller:
            assert {name: may_at_kafka(call) for name, call in caller.calls.items()} == AT_KAFKA[role]

    def test_who_does_not_log_in_may_do_nothing(self, locked: Locked, own: Settings) -> None:
        with Caller(locked.kafka.settings, own) as caller:
            assert not any(may_at_kafka(call) for call in caller.calls.values())

    def test_all_roles_are_in_the_table(self) -> None:
        assert AT_KAFKA.keys() == {*access.kafka_roles(), "nobody"}

    def test_who_may_not_give_rights_is_told(self, locked: Locked) -> None:
        with pytest.raises(access.AccessError, match="right Alter at the cluster"):
            access.give("feed", "User:mallory", locked.by("feed"))


class TestElasticsearchRoles:
    @pytest.mark.parametrize("role", AT_ELASTICSEARCH)
    def test_a_role_may_do_what_the_table_says_and_no_more(
        self, role: str, locked: Locked, place: Place
    ) -> None:
        key = asyncio.run(access.key(role, settings=locked.own.model_copy(update={"index": place.alias})))
        with locked.elasticsearch.client(key) as client:
            found = {name: may_at_elasticsearch(call) for name, call in place.calls(client).items()}
        assert found == AT_ELASTICSEARCH[role]

    def test_all_roles_are_in_the_table(self) -> None:
        assert AT_ELASTICSEARCH.keys() == access.elasticsearch_roles().keys()

    def test_a_key_may_have_several_roles_and_end(self, locked: Locked) -> None:
        asyncio.run(access.key("search", "lag", settings=locked.own, days=7))
        admin = locked.elasticsearch.admin
        made = admin.security.get_api_key(name=f"newswire-{locked.own.index}-search-lag")["api_keys"]
        [ends] = [each for each in made if "expiration" in each]
        assert ends["role_descriptors"].keys() == {"search", "lag"}
        assert ends["expiration"] - ends["creation"] == 7 * 24 * 3600 * 1000


@pytest.fixture
def mine(locked: Locked, request: pytest.FixtureRequest) -> Settings:
    """Topics and groups of the test's own, which the one who comes in that way may do everything with."""
    way = request.param
    mark = f"ways-{uuid.uuid4().hex[:8]}"
    made = locked.by(
        "nobody",
        way=way,
        group=mark,
        **{f"topic_{name}": f"{mark}.{name}" for name in ("raw", "enriched", "dead", "alerts")},
    )
    principal = "User:ANONYMOUS" if way == "tls" else f"User:nobody-{locked.own.group}"
    everything = [
        ACL(
            principal,
            "*",
            ACLOperation.ALL,
            ACLPermissionType.ALLOW,
            ResourcePattern(kind, mark, ACLResourcePatternType.PREFIXED),
        )
        for kind in (ResourceType.TOPIC, ResourceType.GROUP)
    ]
    assert not locked.kafka.admin.create_acls(everything)["failed"]
    asyncio.run(kafka_topics.ensure(made, patience_s=30))
    return made


@pytest.mark.parametrize("mine", WAYS, indirect=True)
class TestWaysIn:
    def test_kafka_python(self, mine: Settings) -> None:
        options: dict[str, Any] = {
            "bootstrap_servers": mine.brokers,
            **kafka_security.kafka_python(mine),
        }
        producer = KafkaProducer(**options, enable_idempotence=True)
        assert producer.send(mine.topic_raw, b"one").get(30).offset == 0
        producer.close()
        consumer = KafkaConsumer(
            mine.topic_raw, **options, group_id=f"{mine.group}-x", auto_offset_reset="earliest"
        )
        assert next(iter(consumer)).value == b"one"
        consumer.close()

    def test_aiokafka(self, mine: Settings) -> None:
        async def main() -> bytes:
            options: dict[str, Any] = {"bootstrap_servers": mine.kafka, **kafka_security.aiokafka(mine)}
            async with AIOKafkaProducer(**options, enable_idempotence=True) as producer:
                await producer.send_and_wait(mine.topic_raw, b"one")
            more = {"group_id": f"{mine.group}-x", "auto_offset_reset": "earliest"}
            async with AIOKafkaConsumer(mine.topic_raw, **options, **more) as consumer:
                return bytes((await consumer.getone()).value)

        assert asyncio.run(main()) == b"one"

    def test_a_faust_app_reads_writes_and_commits_and_the_lag_is_told(self, mine: Settings) -> None:
        seen: list[bytes] = []

        async def main() -> None:
            hop = Hop("enrich", mine.topic_raw, mine)
            out = Outlet(hop.app, mine.topic_enriched)

            async def work(events: Sequence[Any]) -> list[bytes]:
                return [bytes(event.message.value) for event in events]

            async def deliver(_: Sequence[Any], values: list[bytes]) -> None:
                await out.send([Message(b"k", value) for value in values])
                seen.extend(values)

            hop.run(work, deliver, batch=4, width=1)
            options: dict[str, Any] = {"bootstrap_servers": mine.kafka, **kafka_security.aiokafka(mine)}
            async with going(hop):
                async with AIOKafkaProducer(**options) as producer:
                    for number in range(3):
                        await producer.send_and_wait(mine.topic_raw, b"%d" % number)
                await until(lambda: len(seen) >= 3)
                await hop.drain(5)

        asyncio.run(main())
        with Monitor(mine) as monitor:
            enrich, index = monitor.sample().groups
        assert (enrich.lag, index.lag) == (0, 3)


REFUSED: dict[str, tuple[str, dict[str, Any], str]] = {
    "a wrong password": (
        "scram",
        {"kafka_password": SecretStr(WRONG)},
        "refuses the login of 'nobody-.*PASSWORD",
    ),
    "an unknown user": ("scram", {"kafka_user": "mallory"}, "refuses the login of 'mallory'"),
    "another login": ("scram", {"kafka_sasl": "SCRAM-SHA-256"}, "does not take the login SCRAM-SHA-256"),
    "an authority that nobody named": (
        "scram",
        {"kafka_ca": None},
        "not trusted: unable to get local issuer.*KAFKA_CA",
    ),
    "a login where there is none": ("login at tls", {}, "asks for no login.*KAFKA_SECURITY to ssl"),
    "no certificate": ("tls at mtls", {}, "do not agree on TLS.*certificate required.*KAFKA_CERT"),
    "another name": ("tls at localhost", {}, "not trusted: Hostname mismatch"),
    "a wrong secret at the token authority": (
        "oauth",
        {"kafka_token_secret": SecretStr(WRONG)},
        "gives 'nobody-.*' no token: 401 no such client",
    ),
    "a token authority that nobody trusts": ("oauth", {"kafka_token_ca": None}, "token.* is not trusted"),
}


class TestRefusals:
    @pytest.mark.parametrize("case", REFUSED)
    def test_what_is_wrong_is_said_with_what_to_do(self, case: str, locked: Locked) -> None:
        way, changes, said = REFUSED[case]
        with pytest.raises((KafkaSecurityError, TokenError), match=said) as caught:
            kafka_security.require_now(_coming(locked, way, changes))
        assert not any(secret in repr(caught.value) for secret in SECRETS)

    @pytest.mark.parametrize("claims", [{"aud": "others"}, {"iss": "https://elsewhere.example"}])
    def test_a_token_that_the_broker_does_not_take(
        self, claims: dict[str, Any], locked: Locked, tmp_path: Path
    ) -> None:
        settings = _by_file(locked, tmp_path, locked.kafka.tokens.token("x", **claims))
        with pytest.raises(KafkaSecurityError, match=r"refuses our token.*issuer, audience"):
            kafka_security.require_now(settings)

    def test_a_token_that_ended(self, locked: Locked, tmp_path: Path) -> None:
        settings = _by_file(locked, tmp_path, locked.kafka.tokens.token("x", lasts_s=-60))
        with pytest.raises(TokenError, match=r"token in .* ended at .*: see why nothing renews it"):
            kafka_security.require_now(settings)

    def test_a_port_that_speaks_otherwise_is_waited_for_with_a_hint(self, locked: Locked) -> None:
        plain = locked.kafka.settings
        tls = plain.model_copy(update={"kafka": locked.by("nobody", way="tls").kafka})
        hint = asyncio.run(kafka_security.require(tls))
        assert hint is not None
        assert "hangs up: we come with neither TLS nor a login" in hint
        other = _coming(locked, "tls", {"kafka": plain.kafka})
        assert "hangs up: we come with TLS and no login" in (kafka_security.require_now(other) or "")

    def test_each_part_says_it(self, locked: Locked) -> None:
        wrong = locked.by("nobody", kafka_password=SecretStr(WRONG))
        with pytest.raises(KafkaSecurityError, match="refuses the login"):
            asyncio.run(kafka_topics.ensure(wrong))
        with pytest.raises(KafkaSecurityError, match="refuses the login"):
            Producer(wrong).connect()
        with DeadTopic(wrong) as topic, pytest.raises(KafkaSecurityError, match="refuses the login"):
            topic.read()
        [told] = status(wrong, only=["kafka"])
        assert (told.state, told.embedded) == ("not answering", False)
        assert "refuses the login" in told.note
        feed = Topic(_feed_of(wrong, "nobody"), locked.own, threading.Event())
        with pytest.raises(PermissionError, match=r"refuses the login.*`password` of feed 'wire'"):
            next(feed.batches())

    def test_the_lag_monitor_says_it(self, locked: Locked, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(broker, "ANSWER_MS", 1_000)
        wrong = locked.by("lag", kafka_password=SecretStr(WRONG))
        with Monitor(wrong) as monitor, pytest.raises(LagError, match="refuses the login"):
            monitor.sample()

    def test_elasticsearch(self, locked: Locked) -> None:
        good = locked.by("nobody", at="search")
        cases: dict[str, dict[str, Any]] = {
            "CERTIFICATE_VERIFY_FAILED.*set NEWSWIRE_ELASTICSEARCH_CA": {"elasticsearch_ca": None},
            "401.*it does not know us: see NEWSWIRE_ELASTICSEARCH_API_KEY": {
                "elasticsearch_api_key": SecretStr(base64.b64encode(f"me:{WRONG}".encode()).decode())
            },
            "Hostname mismatch": {"elasticsearch": f"https://localhost:{locked.elasticsearch.port}"},
        }
        for said, changes in cases.items():
            with pytest.raises(search.SearchError, match=said) as caught:
                search.count(good.model_copy(update=changes))
            assert not any(secret in str(caught.value) for secret in SECRETS)
        elsewhere = good.model_copy(update={"index": "payroll"})
        with pytest.raises(search.SearchError, match=r"403.*our role lacks the right"):
            search.count(elsewhere)
        assert status(good, only=["elasticsearch"])[0].state == "external"


def _coming(locked: Locked, way: str, changes: dict[str, Any]) -> Settings:
    ports = locked.kafka.ports
    if way == "login at tls":
        return locked.by("nobody", kafka=f"127.0.0.1:{ports['TLS']}", **changes)
    if way == "tls at mtls":
        return locked.by("nobody", way="tls", kafka=f"127.0.0.1:{ports['MTLS']}", **changes)
    if way == "tls at localhost":
        return locked.by("nobody", way="tls", kafka=f"localhost:{ports['TLS']}", **changes)
    return locked.by("nobody", way=way, **changes)


def _by_file(locked: Locked, folder: Path, token: str) -> Settings:
    (folder / "token").write_text(token)
    none = dict.fromkeys(("kafka_token_url", "kafka_token_client", "kafka_token_secret"))
    return locked.by("nobody", way="oauth", **none, kafka_token_file=folder / "token")


def _feed_of(settings: Settings, topic: str) -> TopicConfig:
    """A feed that reads others' brokers by these settings."""
    assert settings.kafka_password
    return TopicConfig(
        type="topic",
        name="wire",
        brokers=settings.kafka,
        topic=topic,
        group=f"{settings.group}-feed",
        security="sasl_ssl",
        ca=settings.kafka_ca,
        user=settings.kafka_user,
        password=Secret(text=settings.kafka_password),
    )


def test_a_token_is_renewed_before_it_ends_and_nothing_is_lost(locked: Locked) -> None:
    """The broker puts out whoever does not come with a fresh one."""
    tokens = locked.kafka.tokens
    settings = locked.by("feed", way="oauth", kafka_token_scope="renewed")  # noqa: S106 - a scope
    before, tokens.lasts_s = tokens.given, 2.0

    async def main() -> list[int]:
        options: dict[str, Any] = {"bootstrap_servers": settings.kafka, **kafka_security.aiokafka(settings)}
        other = KafkaProducer(
            bootstrap_servers=settings.brokers, **kafka_security.kafka_python(settings), linger_ms=0
        )
        offsets = []
        async with AIOKafkaProducer(**options) as producer:
            while tokens.given < before + 4:
                offsets.append((await producer.send_and_wait(settings.topic_dead, b"x")).offset)
                sent = other.send(settings.topic_dead, b"x")
                offsets.append((await asyncio.to_thread(sent.get, 20)).offset)
                await asyncio.sleep(0.1)
        await asyncio.to_thread(other.close)
        return offsets

    try:
        offsets = asyncio.run(asyncio.wait_for(main(), 60))
    finally:
        tokens.lasts_s = 600.0
    assert offsets == list(range(offsets[0], offsets[0] + len(offsets)))
    assert tokens.asked[-1]["scope"] == ["renewed"]


def test_a_token_authority_that_is_away_is_waited_for(locked: Locked) -> None:
    tokens = locked.kafka.tokens
    settings = locked.by("topics", way="oauth", kafka_token_scope="away")  # noqa: S106 - a scope
    tokens.broken = 503

    async def main() -> list[str]:
        work = asyncio.create_task(kafka_topics.ensure(settings, patience_s=30))
        await asyncio.sleep(1)
        assert not work.done()
        tokens.broken = None
        return await work

    try:
        assert asyncio.run(main()) == []
    finally:
        tokens.broken = None


def test_a_feed_reads_the_locked_brokers_of_others(locked: Locked, own: Settings) -> None:
    stop = threading.Event()
    reader = locked.by("enrich", group=f"{own.group}-enrich")
    config = _feed_of(reader, own.topic_raw).model_copy(update={"group": f"{own.group}-enrich"})
    with Driver(Topic(config, Settings(kafka="127.0.0.1:1", topic_raw="ours"), stop), stop) as driver:
        driver.wait_for(1)
    assert driver.error is None
    assert [value for _, value in driver.read][:1] == [b"x"]


def test_each_part_with_its_own_rights_and_secrets_by_file(locked: Locked, tmp_path: Path) -> None:
    """An article is fed, enriched, indexed, found, alerts, and is replayed; and no secret is ever said."""
    chain = Chain(locked, tmp_path)
    with House(tmp_path) as house:
        _made(chain, house)
        _fed(chain, house, tmp_path)
        _looked_at(chain, house)
        house.stop()
        _replayed(chain)
        _refused(chain, house)
        said = house.said
    assert not [secret for secret in {*SECRETS, *chain.keys} if secret in said]


def _made(chain: Chain, house: House) -> None:
    assert len(asyncio.run(kafka_topics.ensure(chain.by("topics"), patience_s=30))) == 4
    asyncio.run(access.put_templates(chain.by("nobody", at="admin")))
    house.worker(chain.by("enrich", way="mtls"), "enrich")
    house.worker(chain.by("index", at="index"), "index")
    house.worker(chain.by("watch", at="watch"), "watch")
    house.ready()
    added = house.newswire(chain.by("watch", at="watch"), "watch", "add", "peace", "traité")
    assert added.returncode == 0, added.stderr


def _fed(chain: Chain, house: House, folder: Path) -> None:
    copy, poison = folder / "one.txt", folder / "two.txt"
    copy.write_text("Un traité de paix\n\nMOSCOU, 19 juin - Le traité est signé.\n")
    poison.write_text("raise\n")
    fed = house.newswire(chain.by("feed", way="oauth"), "feed", "--language", "fr", str(copy), str(poison))
    assert fed.returncode == 0, fed.stderr


def _looked_at(chain: Chain, house: House) -> None:
    reader, watcher = chain.by("nobody", at="search"), chain.by("lag")
    eventually(lambda: count(reader) == 1, within_s=60, what="an article that is found")
    found = house.newswire(reader, "search", "traité", "--json")
    assert "Un traité de paix" in found.stdout, found.stderr
    eventually(lambda: set(behind(watcher)) == {0}, within_s=60, what="no lag")
    lag = house.newswire(chain.by("lag", way="oauth"), "lag", "--json")
    assert lag.returncode == 0, lag.stderr
    with Monitor(watcher) as monitor, LagIndex(chain.by("nobody", at="lag")) as index:
        assert index.write(monitor.sample()) > 0
    assert [each["watch"] for each in alerts(chain.by("tail"))] == ["peace"]
    dead = house.newswire(chain.by("dead"), "dead", "retry", "--all", "--json")
    assert dead.returncode == 0, dead.stderr
    assert json.loads(dead.stdout)["sent"] == 1


def _replayed(chain: Chain) -> None:
    admin = at(chain.by("nobody", at="admin"))
    summary = asyncio.run(run(chain.by("replay").model_copy(update=admin), Since(), load=load))
    assert (summary.indexed, summary.exit_code) == (1, 0)


def _refused(chain: Chain, house: House) -> None:
    shown = house.newswire(chain.by("enrich", way="mtls", at="index"), "config", "show")
    assert "NEWSWIRE_KAFKA_KEY_PASSWORD=***" in shown.stdout
    wrong = chain.by("feed").model_copy(update={"kafka_password": SecretStr(WRONG)})
    refused = house.newswire(wrong, "feed", ".")
    assert refused.returncode == 1
    assert "refuses the login" in refused.stderr
