"""What anybody may try at Elasticsearch: each call either succeeds or is refused for want of a right."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from elasticsearch import AuthorizationException, Elasticsearch

OTHER = "payroll"


class Place:
    """The indices of an alias, made by who may do everything; what a call has changed is put right again."""

    def __init__(self, admin: Elasticsearch, alias: str) -> None:
        self._admin = admin
        self.alias = alias
        self.month = f"{alias}-000001-2026.11"
        self.lag = f"{alias}-lag-2026.11"
        self.watches = f"watches-{alias}"
        self.watched = f"watched-{alias}-0123abcd"

    def make(self) -> None:
        """All of it, with a document in each."""
        for name in (self.month, self.lag, self.watches, self.watched, OTHER):
            self._admin.indices.create(index=name)
            self._admin.index(index=name, id="one", document={})
        self._admin.indices.put_alias(index=self.month, name=self.alias)

    def spare(self, name: str) -> str:
        """An index that may be deleted."""
        self._admin.options(ignore_status=400).indices.create(index=name)
        return name

    def gone(self, name: str) -> str:
        """The name of an index that is not there."""
        self._admin.options(ignore_status=404).indices.delete(index=name)
        return name

    def calls(self, client: Elasticsearch) -> dict[str, Callable[[], object]]:
        """Every call by its name; each raises ``AuthorizationException`` where it is refused."""
        alias, indices = self.alias, client.indices
        changed = {"index.refresh_interval": "5s"}
        return {
            "search articles": partial(client.search, index=alias),
            "write articles": partial(client.index, index=self.month, id="one", document={}),
            "make an index of articles": lambda: indices.create(index=self.gone(f"{alias}-000001-2020.01")),
            "point aliases at articles": partial(
                indices.put_alias, index=self.month, name=f"{self.month}-entrance"
            ),
            "change an index of articles": partial(indices.put_settings, index=self.month, settings=changed),
            "delete an index of articles": lambda: indices.delete(
                index=self.spare(f"{alias}-000001-2020.02")
            ),
            "read watches": partial(client.search, index=self.watches),
            "write watches": partial(client.index, index=self.watches, id="one", document={}),
            "match watches": partial(client.index, index=self.watched, id="one", document={}),
            "read the lag": partial(client.search, index=self.lag),
            "write the lag": partial(client.index, index=self.lag, id="one", document={}),
            "delete old lag": lambda: indices.delete(index=self.spare(f"{alias}-lag-2020.02")),
            "see templates": partial(indices.get_index_template, name=f"newswire-{alias}"),
            "put templates": partial(
                indices.put_index_template, name=f"mine-{alias}", index_patterns=[f"mine-{alias}-*"]
            ),
            "read other indices": partial(client.search, index=OTHER),
            "write other indices": partial(client.index, index=OTHER, id="one", document={}),
            "change the cluster": partial(
                client.cluster.put_settings, persistent={"cluster.routing.allocation.enable": None}
            ),
            "make keys": partial(client.security.create_api_key, name="mine"),
            "see users": client.security.get_user,
        }


def may(call: Callable[[], object]) -> bool:
    """Whether Elasticsearch lets somebody make a call."""
    try:
        call()
    except AuthorizationException:
        return False
    return True
