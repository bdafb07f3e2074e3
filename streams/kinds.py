"""Can two types be one happening, and how well do they fit?"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

_VIOLENT = frozenset({"attack", "casualty"})
#: Types that tellers of one happening take for each other, with how well they fit.
_ALIKE: tuple[tuple[float, frozenset[str]], ...] = tuple(
    (score, frozenset(f"{family}.{name}" for name in names.split()))
    for score, family, names in (
        (0.5, "attack", "suicide_bombing vehicle_bomb ied site_bomb grenade"),
        (0.3, "attack", "ambush armed_clash assassination massacre offensive raid shooting stabbing"),
        (0.3, "attack", "ambush ied"),
        (0.3, "attack", "massacre mass_attack_and_hostage_taking raid"),
        (0.3, "attack", "air drone missile_rocket naval shelling"),
        (0.5, "hostage", "captured_combatant forced_disappearance hijack hostage_taking kidnapping"),
        (0.5, "hostage", "release rescue"),
    )
)
_FORCE_IN = ("deployment", "increase", "mobilisation", "reinforcement", "build_up", "base_established", "rotation")
#: Neither a coming nor a going of troops.
_FORCE_APART = frozenset(
    "weapons_delivery staff_evacuation airspace_closed border_closed evacuation_advice exercise missile_test "
    "alert_raised aid_suspended".split()
)


def kind_of(type_: str) -> str:
    """What may be one happening at all: violence and its casualties, a pull-out apart from a deployment."""
    family, _, rest = type_.partition(".")
    if family in _VIOLENT:
        return "violence"
    if family == "force":
        if rest in _FORCE_APART:
            return type_
        return "force.in" if any(word in rest for word in _FORCE_IN) else "force.out"
    return family


def types_fit(own: Iterable[str], others: Iterable[str]) -> float:
    """The best fit of any two of them: 1 the same, below 0 hardly one."""
    return max(_type_fit(one, other) for one in own for other in others)


@cache
def _type_fit(one: str, other: str) -> float:
    if _is_generic(one) or _is_generic(other):
        return 0.5
    if one == other:
        return 1.0
    return max((score for score, types in _ALIKE if one in types and other in types), default=-1.5)


def _is_generic(type_: str) -> bool:
    return type_.startswith("casualty.") or type_.endswith(".generic")
