"""The report of a replay: one HTML file that opens offline, on a phone too, and needs no script.

``watching`` listens to the fold, ``texts`` fetches the articles that are quoted, ``plots`` draws, ``looks`` shows an
alert as Slack would, and ``page`` puts them together. Plots come from matplotlib, of the extra ``report``.

``land.json`` is the outline of the continents, from Natural Earth's land at 1:110 million (public domain,
naturalearthdata.com), south of 60° S left out: rings of longitude and latitude in tenths of a degree.
"""

from __future__ import annotations

__all__ = ["MISSING"]

#: What to say where matplotlib is not installed.
MISSING = "--report draws with matplotlib, which is not installed; pip install 'tocsin[report]'"
