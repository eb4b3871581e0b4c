"""Seed -> daily_sales.csv: made-up sales of four stores, so that there is a panel to try.

Run ``python sample_data/make_daily_sales.py`` to write the file again; it comes out the same.
"""

import csv
import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

SEED = 20240101
FIRST_DAY = date(2023, 1, 1)
N_DAYS = 731
WEEK = (0.86, 0.82, 0.88, 0.97, 1.18, 1.38, 0.91)
PROMOTION_CHANCE = 0.15
PROMOTION_LIFT = 0.3
NOISE = 0.07


@dataclass(frozen=True)
class Store:
    """A made-up store: sales a day at the start, and growth a year."""

    name: str
    level: float
    growth: float


STORES = (
    Store("harbour", 420, 0.06),
    Store("market", 260, 0.12),
    Store("north", 150, -0.04),
    Store("station", 90, 0.20),
)


def store_days(store: Store, chance: Random) -> Iterator[tuple[str, str, int, int]]:
    """The days of a store: name, date, items sold, 1 on a day with a promotion.

    Promotions run for whole weeks from Monday. Week, year, growth, promotion and noise multiply.
    """
    promotion = False
    for number in range(N_DAYS):
        day = FIRST_DAY + timedelta(days=number)
        if day.weekday() == 0:
            promotion = chance.random() < PROMOTION_CHANCE
        years = number / 365.25
        expected = (
            store.level
            * (1 + store.growth) ** years
            * WEEK[day.weekday()]
            * (1 + 0.1 * math.sin(2 * math.pi * (years - 0.25)))
            * (1 + PROMOTION_LIFT * promotion)
        )
        sales = round(expected * math.exp(chance.gauss(0, NOISE)))
        yield store.name, day.isoformat(), sales, int(promotion)


def write_daily_sales(path: Path) -> None:
    """Write all stores to a CSV file."""
    chance = Random(SEED)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("store", "date", "sales", "promotion"))
        for store in STORES:
            writer.writerows(store_days(store, chance))


if __name__ == "__main__":
    default = Path(__file__).with_name("daily_sales.csv")
    write_daily_sales(Path(sys.argv[1]) if len(sys.argv) > 1 else default)
