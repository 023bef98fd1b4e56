"""Whom a name means: own lists first, several stay open, and a new list counts within a second."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET
from structlog.testing import capture_logs

from pipeline.article import Identity, Label, Point
from pipeline.enrich.identity import alias_folder
from pipeline.enrich.identity.alias_lists import AS_LISTED, LABELS, ListError, parsed, shipped
from pipeline.enrich.identity.aliases import (
    CHECK_S,
    LOOSELY,
    MOST_CANDIDATES,
    Aliases,
    Found,
    Index,
    Kept,
    Live,
    Meaning,
    OpenName,
    current,
    kept,
    shipped_index,
)

SHIPPED = """id,name,kind,country,aliases
org:united-nations,United Nations,igo,,UN|fr:ONU|fr:Organisation des Nations unies|de:Vereinte Nationen|联合国
org:world-health-organization,World Health Organization,igo,,WHO|fr:OMS
org:islamic-state,Islamic State,armed_group,,fr:État islamique|fr:EI
org:airbus,Airbus,company,FR,
org:lvmh,LVMH,company,FR,Moët Hennessy Louis Vuitton
org:le-monde,Le Monde,media,FR,
org:world-bank,World Bank,igo,,fr:Banque mondiale
org:ps-france,Socialist Party,party,FR,fr:PS|fr:Parti socialiste
org:ps-belgium,Parti socialiste,party,BE,fr:PS
org:gazprom,Gazprom,company,RU,ru:Газпром
"""
HEADER = "id,name,label,aliases,language,country,lat,lon\n"


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """A shipped list of the test's own."""
    file = tmp_path_factory.mktemp("table") / "organisations.csv"
    file.write_text(SHIPPED, encoding="utf-8")
    return Index("shipped", shipped(file))


@pytest.fixture(scope="module")
def alone(table: Index) -> Aliases:
    """The shipped list alone."""
    return Aliases(shipped=table)


def own(name: str, *lines: str) -> Index:
    return Index(name, parsed((HEADER + "\n".join(lines)).encode(), name))


def ids(found: tuple[Identity, ...]) -> list[str]:
    return [identity.id for identity in found]


class TestTheShippedList:
    @pytest.mark.parametrize(
        ("name", "language", "id_"),
        [
            ("United Nations", "en", "org:united-nations"),
            ("UNITED NATIONS", "en", "org:united-nations"),
            ("UN", "en", "org:united-nations"),
            ("U.N.", "en", "org:united-nations"),
            ("ONU", "fr", "org:united-nations"),
            ("Organisation des Nations unies", "fr", "org:united-nations"),
            ("Organisation des Nations Unies", "fr", "org:united-nations"),
            ("Vereinte Nationen", "de", "org:united-nations"),
            ("联合国", "zh", "org:united-nations"),
            ("联合国", "", "org:united-nations"),
            ("État islamique", "fr", "org:islamic-state"),
            ("E\u0301tat islamique", "fr", "org:islamic-state"),
            ("«Газпром»", "ru", "org:gazprom"),
            ("LVMH", "tlh", "org:lvmh"),
        ],
    )
    def test_a_name_as_it_is_listed(self, name: str, language: str, id_: str, alone: Aliases) -> None:
        (found,) = alone.find(name, "ORG", language)
        assert (found.id, found.score) == (id_, AS_LISTED)

    @pytest.mark.parametrize(
        ("name", "language", "id_"),
        [
            ("Etat islamique", "fr", "org:islamic-state"),
            ("l'État islamique", "fr", "org:islamic-state"),
            ("The World Bank", "en", "org:world-bank"),
            ("Monde", "fr", "org:le-monde"),
            ("Airbus SE", "en", "org:airbus"),
            ("AIRBUS S.E.", "de", "org:airbus"),
            ("Moët Hennessy – Louis Vuitton", "fr", "org:lvmh"),
            ("Moet Hennessy-Louis Vuitton SA", "en", "org:lvmh"),
            ("ПАО «Газпром»", "ru", "org:gazprom"),
        ],
    )
    def test_what_may_be_left_aside_lowers_the_score(
        self, name: str, language: str, id_: str, alone: Aliases
    ) -> None:
        (found,) = alone.find(name, "ORG", language)
        assert (found.id, found.score) == (id_, LOOSELY)

    @pytest.mark.parametrize(
        ("name", "label", "language"),
        [
            ("ONU", "ORG", "en"),
            ("Who", "ORG", "en"),
            ("oms", "ORG", "fr"),
            ("United Nation", "ORG", "en"),
            ("United Nations", "LOC", "en"),
            ("United Nations", "PER", "en"),
            ("Vereinte Nationen", "ORG", ""),
            ("", "ORG", "fr"),
            ("…", "ORG", "fr"),
            ("SA", "ORG", "fr"),
            ("The", "ORG", "en"),
            ("United Nations" * 100_000, "ORG", "en"),
        ],
    )
    def test_what_is_not_listed_is_nobody(
        self, name: str, label: Label, language: str, alone: Aliases
    ) -> None:
        assert alone.find(name, label, language) == ()

    def test_an_identity_is_told_whole(self, alone: Aliases) -> None:
        airbus = Identity(id="org:airbus", name="Airbus", score=AS_LISTED, country="FR")
        assert alone.find("Airbus", "ORG", "fr") == (airbus,)
        assert alone.find("ONU", "ORG", "fr")[0].country is UNSET

    def test_several_stay_open_and_share_the_score(self, alone: Aliases) -> None:
        found = alone.find("PS", "ORG", "fr")
        assert ids(found) == ["org:ps-belgium", "org:ps-france"]
        assert [identity.score for identity in found] == [round(AS_LISTED / 2, 4)] * 2

    def test_whose_own_name_it_is_comes_first(self, alone: Aliases) -> None:
        belgium, france = alone.find("Parti socialiste", "ORG", "fr")
        assert (belgium.id, france.id) == ("org:ps-belgium", "org:ps-france")
        assert belgium.score == pytest.approx(2 * france.score, abs=1e-3)
        assert belgium.score + france.score == pytest.approx(AS_LISTED, abs=1e-3)
        assert ids(alone.find("Parti socialiste", "ORG", "en")) == ["org:ps-belgium"]

    def test_any_tag_that_a_feed_declares_is_a_language(self, alone: Aliases) -> None:
        views = len(alone._views)
        for number in range(1000):
            assert ids(alone.find("UN", "ORG", f"x{number}")) == ["org:united-nations"]
        assert len(alone._views) <= views + 1, "what is kept is bounded by the lists"


class TestOwnLists:
    def test_people_and_places(self, table: Index) -> None:
        aliases = Aliases(
            [
                own(
                    "desk",
                    "wd:kim,Kim Jong-un,PER,fr:Kim Jong-eun|金正恩,,KP",
                    "desk:bercy,Bercy,LOC,,,FR,48.84,2.378",
                )
            ],
            table,
        )
        assert ids(aliases.find("Kim Jong-eun", "PER", "fr")) == ["wd:kim"]
        assert ids(aliases.find("金正恩", "PER", "zh")) == ["wd:kim"]
        assert ids(aliases.find("Kim Jong Un", "PER", "en")) == ["wd:kim"], "hyphens may be left aside"
        assert aliases.find("Kim Jong-eun", "PER", "en") == ()
        (bercy,) = aliases.find("Bercy", "LOC", "fr")
        assert (bercy.point, bercy.country) == (Point(lat=48.84, lon=2.378), "FR")
        assert aliases.find("Bercy", "ORG", "fr") == ()

    def test_they_win_over_the_shipped_one(self, table: Index) -> None:
        aliases = Aliases([own("desk", "x:photoshop,Photoshop,ORG,PS|World Bank")], table)
        assert ids(aliases.find("PS", "ORG", "fr")) == ["x:photoshop"]
        assert ids(aliases.find("The World Bank", "ORG", "en")) == ["x:photoshop"]
        assert ids(aliases.find("Banque mondiale", "ORG", "fr")) == ["org:world-bank"]

    def test_they_win_loosely_too(self, table: Index) -> None:
        aliases = Aliases([own("desk", "x:airbus,Airbus Holding,ORG,Airbus SE")], table)
        (found,) = aliases.find("Airbus", "ORG", "fr")
        assert (found.id, found.score) == ("x:airbus", LOOSELY)

    def test_they_win_under_their_own_label_and_language_alone(self, table: Index) -> None:
        aliases = Aliases([own("desk", "x:one,One,PER,Airbus", "x:two,Two,ORG,UN,fr")], table)
        assert ids(aliases.find("Airbus", "ORG", "fr")) == ["org:airbus"]
        assert ids(aliases.find("UN", "ORG", "fr")) == ["x:two"]
        assert ids(aliases.find("UN", "ORG", "en")) == ["org:united-nations"]

    def test_names_are_added_to_a_shipped_identity(self, table: Index) -> None:
        aliases = Aliases([own("desk", "org:united-nations,Nations unies,ORG,le machin,,CH")], table)
        for name in ("le machin", "Machin", "ONU", "Nations unies", "UN"):
            (found,) = aliases.find(name, "ORG", "fr")
            assert (found.id, found.name, found.country) == ("org:united-nations", "Nations unies", "CH")

    def test_several_lists_are_one(self, table: Index) -> None:
        lists = [
            own("a", "x:one,One,ORG,ABC,,FR", "x:both,Both,ORG,Alpha"),
            own("b", "x:two,Two,ORG,ABC", "x:both,Beide,ORG,Beta"),
        ]
        aliases = Aliases(lists, table)
        assert ids(aliases.find("ABC", "ORG", "fr")) == ["x:one", "x:two"]
        names = {aliases.find(name, "ORG", "fr")[0].name for name in ("Alpha", "Beta", "Both", "Beide")}
        assert names == {"Both"}, "the first list names an identity"

    def test_one_identity_in_several_lists_is_one(self, table: Index) -> None:
        lists = [own(name, "x:one,One,ORG,ABC,", "x:one,One,ORG,ABC,fr") for name in ("a", "b")]
        assert Aliases(lists, table).find("ABC", "ORG", "fr") == (
            Identity(id="x:one", name="One", score=AS_LISTED),
        )

    def test_a_name_that_means_too_many_is_bounded(self, table: Index) -> None:
        lines = [f"x:{number:05},Name {number},PER,John Smith" for number in range(20_000)]
        begin = time.process_time()
        found = Aliases([own("desk", *lines)], table).find("John Smith", "PER", "en")
        assert len(found) == MOST_CANDIDATES
        assert ids(found) == [f"x:{number:05}" for number in range(MOST_CANDIDATES)]
        assert time.process_time() - begin < 20


NAMES = st.text(st.characters(codec="utf-8", categories=["L", "M", "N", "P", "Z"]), min_size=1, max_size=30)
CELLS = NAMES.filter(lambda name: any(map(str.isalnum, name)) and not set(name) & set('|",;:'))


@given(st.text(), st.sampled_from(LABELS), st.text(max_size=5))
def test_any_name_means_somebody_or_nobody(name: str, label: Label, language: str) -> None:
    found = Aliases([own("desk", "x,Name,PER,A|É|L'")], Index("shipped", ())).find(name, label, language)
    assert sum(identity.score for identity in found) <= 1


@given(st.lists(CELLS, min_size=1, max_size=6), st.sampled_from(LABELS), st.sampled_from(["", "fr", "en"]))
def test_whatever_is_listed_is_found_as_it_is_listed(names: list[str], label: Label, language: str) -> None:
    lines = [f'x:{number},"{name}",{label},,{language}' for number, name in enumerate(names)]
    aliases = Aliases([own("desk", *lines)], Index("shipped", ()))
    for number, name in enumerate(names):
        found = aliases.find(name, label, language)
        assert f"x:{number}" in ids(found)
        assert sum(identity.score for identity in found) == pytest.approx(AS_LISTED, abs=0.01)
        assert list(found) == sorted(found, key=lambda identity: (-identity.score, identity.id))
        assert aliases.find(f" «{name}» ", label, language) == found
        assert all(aliases.find(name, other, language) == () for other in LABELS if other != label)


class TestWhatIsToldOfAName:
    def test_the_list_that_each_is_from(self, table: Index) -> None:
        aliases = Aliases([own("a", "x:one,One,ORG,ABC"), own("b", "x:two,Two,ORG,ABC")], table)
        assert [(found.identity.id, found.list) for found in aliases.look_up("ABC", "ORG", "fr")] == [
            ("x:one", "a"),
            ("x:two", "b"),
        ]
        assert [found.list for found in aliases.look_up("UN", "ORG", "fr")] == ["shipped"]

    def test_what_it_means_by_label_and_language(self, table: Index) -> None:
        one = Identity(id="x:un", name="UN plc", score=AS_LISTED)
        nations = Identity(id="org:united-nations", name="United Nations", score=AS_LISTED)
        aliases = Aliases(
            [own("desk", "x:un,UN plc,ORG,UN,fr", "x:un,UN plc,ORG,UN,es", "x:un,UN plc,PER,UN")], table
        )
        assert aliases.meanings("UN") == [
            Meaning("PER", (), (Found(one, "desk"),)),
            Meaning("ORG", ("es", "fr"), (Found(one, "desk"),)),
            Meaning("ORG", (), (Found(nations, "shipped"),)),
        ]

    def test_nothing_is_told_of_what_means_nothing(self, alone: Aliases) -> None:
        assert alone.meanings("nobody") == []
        assert alone.meanings("") == []

    def test_the_names_that_stay_open(self, table: Index) -> None:
        assert list(table.open_names()) == [
            OpenName("parti socialiste", "ORG", "fr", ("org:ps-belgium", "org:ps-france")),
            OpenName("PS", "ORG", "fr", ("org:ps-belgium", "org:ps-france")),
        ]
        assert list(own("desk", "x,One,PER,A|A", "x,One,PER,A,fr", "y,Two,ORG,A").open_names()) == []


class Clock:
    """Seconds that go on when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def go_on(self) -> None:
        self.now += CHECK_S
        time.sleep(0.02)  # the clock of the file system, too


class Desk:
    """A folder of lists, and what a worker knows of it."""

    def __init__(self, folder: Path, table: Index) -> None:
        self.folder = folder / "var" / "entities"
        self.clock = Clock()
        self.live = Live(self.folder, self.clock, table)
        self._files = folder

    def imported(self, name: str, *lines: str) -> None:
        file = self._files / f"{name}.csv"
        file.write_text(HEADER + "\n".join(lines))
        alias_folder.store(self.folder, file)

    def put(self, name: str, text: str) -> None:
        """By hand, past the import."""
        alias_folder.path_of(self.folder, name).write_text(text)

    def find(self, name: str) -> list[str]:
        """Whom the next batch takes a person's name for, a second later."""
        self.clock.go_on()
        return ids(self.live.current().find(name, "PER", "fr"))


@pytest.fixture
def desk(tmp_path: Path, table: Index) -> Desk:
    return Desk(tmp_path, table)


@pytest.fixture
def told() -> Iterator[list[MutableMapping[str, Any]]]:
    with capture_logs() as logs:
        yield logs


class TestLive:
    def test_without_a_folder_there_is_the_shipped_list(self, desk: Desk) -> None:
        assert ids(desk.live.current().find("ONU", "ORG", "fr")) == ["org:united-nations"]
        assert not desk.folder.exists()

    def test_what_is_imported_replaced_and_removed_counts(self, desk: Desk) -> None:
        assert desk.find("Meier") == []
        desk.imported("a", "x:1,Anna Meier,PER,Meier")
        assert desk.find("Meier") == ["x:1"]
        desk.imported("a", "x:2,Anna Meier,PER,Meier")
        assert desk.find("Meier") == ["x:2"]
        desk.imported("b", "x:3,Bert Meier,PER,Meier")
        assert desk.find("Meier") == ["x:2", "x:3"]
        alias_folder.remove(desk.folder, "a")
        assert desk.find("Meier") == ["x:3"]
        alias_folder.remove(desk.folder, "b")
        assert desk.find("Meier") == []

    def test_the_folder_is_looked_at_once_a_second(self, desk: Desk) -> None:
        desk.live.current()
        desk.imported("a", "x:1,Anna Meier,PER,Meier")
        desk.clock.now += CHECK_S * 0.9
        assert desk.live.current().find("Meier", "PER", "fr") == ()
        desk.clock.now += CHECK_S * 0.2
        assert ids(desk.live.current().find("Meier", "PER", "fr")) == ["x:1"]

    def test_what_has_not_changed_is_not_read_again(self, desk: Desk) -> None:
        desk.imported("a", "x:1,Anna Meier,PER,Meier")
        before = desk.live.current()
        desk.clock.go_on()
        assert desk.live.current() is before

    def test_a_list_that_is_broken_by_hand_stays_as_it_was(
        self, desk: Desk, told: list[MutableMapping[str, Any]]
    ) -> None:
        desk.imported("a", "x:1,Anna Meier,PER,Meier")
        desk.imported("b", "x:2,Bert Kunz,PER,Kunz")
        assert desk.find("Meier") == ["x:1"]
        desk.put("a", HEADER + "x:1,Anna Meier,PER,Meier\nx:9,,PER,")
        desk.imported("b", "x:3,Bert Kunz,PER,Kunz")
        assert (desk.find("Meier"), desk.find("Kunz")) == (["x:1"], ["x:3"])
        (problem,) = [entry for entry in told if entry["log_level"] == "warning"]
        assert problem["event"] == "a list of entities cannot be read"
        assert (problem["list"], problem["former"]) == ("a", "in use")
        assert "line 3: the name is empty" in problem["reason"]
        desk.put("a", HEADER + "x:4,Anna Meier,PER,Meier")
        assert desk.find("Meier") == ["x:4"], "once it is mended, it counts"

    def test_a_list_that_never_could_be_read_is_none(
        self, desk: Desk, told: list[MutableMapping[str, Any]]
    ) -> None:
        desk.imported("a", "x:1,Anna Meier,PER,Meier")
        desk.put("b", "no list")
        assert desk.find("Meier") == ["x:1"]
        assert desk.find("Meier") == ["x:1"]
        assert [(entry["list"], entry["former"]) for entry in told] == [("b", "none")]

    def test_a_folder_that_cannot_be_read_changes_nothing(
        self, desk: Desk, told: list[MutableMapping[str, Any]]
    ) -> None:
        desk.imported("a", "x:1,Anna Meier,PER,Meier")
        assert desk.find("Meier") == ["x:1"]
        away = desk.folder.rename(desk.folder.with_name("away"))
        desk.folder.touch()
        assert (desk.find("Meier"), desk.find("Meier")) == (["x:1"], ["x:1"])
        (problem,) = told
        assert "Not a directory" in problem["reason"]
        desk.folder.unlink()
        away.rename(desk.folder)
        alias_folder.remove(desk.folder, "a")
        assert desk.find("Meier") == []

    def test_a_change_is_told_in_the_log_and_a_start_is_not(
        self, desk: Desk, told: list[MutableMapping[str, Any]]
    ) -> None:
        desk.imported("a", "x:1,Anna Meier,PER,Meier")
        desk.find("Meier")
        assert told == []
        desk.imported("b", "x:2,Bert Kunz,PER,")
        desk.find("Meier")
        (change,) = told
        assert (change["log_level"], change["in_use"]) == ("info", ["a", "b"])

    def test_another_process_sees_it_too(self, desk: Desk) -> None:
        code = (
            "import sys, time; from pathlib import Path; from pipeline.enrich.identity.aliases import Live\n"
            "live = Live(Path(sys.argv[1])); live.current(); print('ready', flush=True)\n"
            "while not (found := live.current().find('Meier', 'PER', 'fr')): time.sleep(0.05)\n"
            "print(found[0].id)"
        )
        worker = subprocess.Popen(
            [sys.executable, "-c", code, desk.folder], stdout=subprocess.PIPE, text=True, cwd=Path.cwd()
        )
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
        desk.imported("a", "x:1,Anna Meier,PER,Meier")
        output, _ = worker.communicate(timeout=60)
        assert output.splitlines()[-1] == "x:1"


class TestAllLists:
    def test_what_is_in_force_now(self, desk: Desk) -> None:
        desk.imported("a", "x:1,Anna Meier,PER,Meier")
        assert ids(current(desk.folder).find("Meier", "PER", "fr")) == ["x:1"]
        desk.put("b", "no list")
        with pytest.raises(ListError, match=r"b\.csv cannot be used"):
            current(desk.folder)

    def test_what_each_holds(self, desk: Desk) -> None:
        desk.imported("a", "x:1,Anna Meier,PER,Meier|A. Meier", "x:1,Anna Meier,PER,,fr")
        desk.put("b", "no list")
        first, second, last = kept(desk.folder)
        assert (first.list, first.identities, first.names, first.problem) == ("a", 1, 4, UNSET)
        assert first.changed is not UNSET
        assert abs(time.time() - first.changed.timestamp()) < 60
        assert (second.list, second.identities) == ("b", 0)
        assert second.problem is not UNSET
        assert "there is no column 'no list'" in second.problem
        index = shipped_index()
        assert last == Kept("shipped", len(index.identities), index.names)
