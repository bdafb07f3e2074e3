"""Which severity is worse, and from which on does nothing wait?"""

from __future__ import annotations

from collections.abc import Sequence

#: The severity from which an alert waits for nobody, where the config has one of this name.
URGENT = "critical"


def rank(severity: str, severities: Sequence[str]) -> int:
    """How bad it is, rising; one that the config does not know is worse than all."""
    return severities.index(severity) if severity in severities else len(severities)


def least_urgent(severities: Sequence[str]) -> str:
    """ "critical", or where there is none of that name the highest."""
    return URGENT if URGENT in severities else severities[-1]


def is_urgent(severity: str, severities: Sequence[str]) -> bool:
    """Whether a severity is "critical" or above; where there is none of that name, whether it is the highest."""
    if severity not in severities:
        return severity == URGENT
    return rank(severity, severities) >= rank(least_urgent(severities), severities)
