"""Places of labels -> places where none covers another."""

from collections.abc import Sequence


def spread(places: Sequence[float], distance: float) -> list[float]:
    """Places moved apart, as little as can be, so that no two are nearer than a distance.

    Those that were level keep their order, the first one on top. All stay within 0 to 1 if they
    fit in there.

    >>> spread([0.5, 0.9], 0.25), [round(place, 3) for place in spread([0.5, 0.5], 0.25)]
    ([0.5, 0.9], [0.625, 0.375])
    """
    order = sorted(range(len(places)), key=lambda i: (-places[i], i))
    groups: list[tuple[float, list[int]]] = []
    for index in order:
        group = (places[index], [index])
        while groups and _reach(groups[-1], -distance) < _reach(group, distance) + distance:
            above = groups.pop()
            total = len(above[1]) + len(group[1])
            centre = (above[0] * len(above[1]) + group[0] * len(group[1])) / total
            half = distance * (total - 1) / 2
            centre = min(max(centre, half), max(1 - half, half))
            group = (centre, above[1] + group[1])
        groups.append(group)
    placed = {
        index: _reach((centre, members), distance) - number * distance
        for centre, members in groups
        for number, index in enumerate(members)
    }
    return [placed[index] for index in range(len(places))]


def _reach(group: tuple[float, list[int]], distance: float) -> float:
    """The upper end of a group of labels; the lower one for a negative distance."""
    return group[0] + distance * (len(group[1]) - 1) / 2
