"""The one search that finds what a whole batch may be alike to: a script counts the bands that are shared.

A search for each article would look its bands up in each segment, and most of what that takes is the looking
up. Here all bands of the batch are looked up in their order, at once; of what has any of them, a script tells
which articles it is near to, from a column.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from heapq import nsmallest
from itertools import pairwise
from typing import Any

from pipeline.sink.document import said
from pipeline.stories.sketch import CODE, WINDOW, Sketch, codes

_WINDOW_MS = WINDOW // timedelta(milliseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_INIT = """
state.bands = []; state.near = []; state.least = []; state.found = [];
for (int band = 0; band < params.bands; band++) { state.bands.add(new HashMap()); }
for (int place = 0; place < params.codes.size(); place++) {
  String codes = params.codes.get(place);
  for (int band = 0; band < params.bands; band++) {
    String code = codes.substring(band * params.code, (band + 1) * params.code);
    ((Map) state.bands.get(band)).computeIfAbsent(code, key -> new ArrayList()).add(place);
  }
  state.near.add([]); state.least.add(0);
}
"""

# `near` has, for each article of the batch, those that share most bands with it: how many, and their place in
# `found`; `least` says how many the least of them shares, once there are as many as are asked for. Columns of
# an article are read when it is the first time among those.
_MAP = """
if (doc['story_text'].size() == 0 || doc['story_id'].size() == 0 || doc['id'].size() == 0) { return; }
String text = doc['story_text'].value.utf8ToString();
int length = params.code;
int bands = params.bands;
if (text.indexOf(params.end) != bands * length) { return; }
HashMap shared = null;
for (int band = 0; band < bands; band++) {
  def places = ((HashMap) state.bands.get(band)).get(text.substring(band * length, (band + 1) * length));
  if (places != null) {
    if (shared == null) { shared = new HashMap(); }
    for (def place : (ArrayList) places) {
      def known = shared.get(place);
      if (known == null) { shared.put(place, 1); } else { shared.put(place, (int) known + 1); }
    }
  }
}
if (shared == null) { return; }
long moment = doc['@timestamp'].value.toInstant().toEpochMilli();
int number = -1;
for (def each : shared.entrySet()) {
  int place = (int) each.getKey();
  int count = (int) each.getValue();
  ArrayList near = (ArrayList) state.near.get(place);
  boolean full = near.size() >= params.most;
  if (full && count <= (int) state.least.get(place)) { continue; }
  if (Math.abs(moment - ((Number) params.moments.get(place)).longValue()) > params.window) { continue; }
  if (number < 0) {
    number = state.found.size();
    state.found.add([doc['id'].value, doc['story_id'].value, moment, text]);
  }
  if (full) {
    int worst = 0;
    for (int other = 1; other < near.size(); other++) {
      if ((int) ((List) near.get(other)).get(0) < (int) ((List) near.get(worst)).get(0)) { worst = other; }
    }
    near.remove(worst);
  }
  near.add([count, number]);
  if (near.size() >= params.most) {
    int least = count;
    for (def other : near) { least = (int) Math.min(least, (int) ((List) other).get(0)); }
    state.least.set(place, least);
  }
}
"""


def search(sketches: Sequence[Sketch], most: int) -> dict[str, Any]:
    """A search for those that share a band with any of some, each within ``WINDOW``.

    Args:
        sketches: at least one.
        most: how many to find for each, those that share most bands.
    """
    known = sorted({band for each in sketches for band in each.bands})
    counted = {
        "init_script": _INIT,
        "map_script": _MAP,
        "combine_script": "return ['near': state.near, 'found': state.found]",
        "reduce_script": "return states",
        "params": {
            "codes": [codes(each.bands) for each in sketches],
            "moments": [_ms(each.moment) for each in sketches],
            "bands": len(sketches[0].bands),
            "code": CODE,
            "end": "\n",
            "most": most,
            "window": _WINDOW_MS,
        },
    }
    return {
        "query": {"bool": {"filter": [_windows(sketches), {"terms": {"story_bands": known}}]}},
        "size": 0,
        "track_total_hits": False,
        "aggs": {"near": {"scripted_metric": counted}},
    }


def nearest(response: Mapping[str, Any], count: int, most: int) -> list[list[tuple[str, str, int, str]]]:
    """What was found for each of so many sketches: id, story, milliseconds since 1970, and what was kept.

    Args:
        response: Elasticsearch's, to ``search``.
        count: how many sketches were asked for.
        most: how many were asked for at most for each; each shard tells as many.
    """
    near: list[list[tuple[int, tuple[str, str, int, str]]]] = [[] for _ in range(count)]
    for shard in response.get("aggregations", {}).get("near", {}).get("value") or ():
        found = [(article, story, ms, kept) for article, story, ms, kept in shard["found"]]
        for place, numbers in enumerate(shard["near"]):
            near[place] += [(-shared, found[number]) for shared, number in numbers]
    return [[one for _, one in nsmallest(most, each)] for each in near]


def between(first: datetime, last: datetime) -> dict[str, Any]:
    """A query for what was written from ``WINDOW`` before one moment to ``WINDOW`` after another."""
    return {"range": {"@timestamp": {"gte": said(_near(first, -1)), "lte": said(_near(last, 1))}}}


def _near(moment: datetime, direction: int) -> datetime:
    """The end of the window on one side, as far as the calendar goes."""
    try:
        return moment.astimezone(UTC) + direction * WINDOW
    except OverflowError:
        return moment


def _windows(sketches: Iterable[Sketch]) -> dict[str, Any]:
    """A query for what was written within the window of any; those that overlap are one."""
    moments = sorted(each.moment for each in sketches)
    ends = [place for place, (one, other) in enumerate(pairwise(moments), 1) if other - one > 2 * WINDOW]
    parts = [moments[start:end] for start, end in pairwise([0, *ends, len(moments)])]
    return {"bool": {"should": [between(part[0], part[-1]) for part in parts]}}


def _ms(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(milliseconds=1)
