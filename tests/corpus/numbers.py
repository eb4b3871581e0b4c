"""Values: how people and programs write numbers."""

from tests.corpus.cases import VALUES, Case, Panels, changed, reads, refuses, table, tells

_LARGE = tuple(value * 1000 for value in VALUES)
_LARGEST = tuple(value * 100_000 for value in VALUES)


def _indian(value: float) -> str:
    """12,34,567.00: three digits, then twos."""
    whole, fraction = f"{value:.2f}".split(".")
    head, tail = whole[:-3], whole[-3:]
    pairs = [head[max(i - 2, 0) : i] for i in range(len(head), 0, -2)]
    return ",".join([*reversed(pairs), tail]) + "." + fraction


def _grouped(mark: str, decimal: str = ".") -> str:
    """Every value times 1000 with two decimals, between semicolons."""
    texts = [f"{value:,.2f}".replace(",", "\0").replace(".", decimal) for value in _LARGE]
    return table([text.replace("\0", mark) for text in texts], mark=";")


_THOUSANDS = (
    tells(
        "thousands commas",
        _grouped(","),
        "line 2",
        "column value",
        "comma as the thousands",
        "12 in all",
        panel=Panels(values=_LARGE),
    ),
    tells(
        "thousands dots", _grouped(".", ","), "comma as the decimal", panel=Panels(values=_LARGE)
    ),
    tells(
        "Indian thousands",
        table([_indian(v) for v in _LARGEST], mark=";"),
        "comma as the thousands",
        panel=Panels(values=_LARGEST),
    ),
    *(
        refuses(f"thousands marked by {name}", _grouped(mark), "line 2", "value", "--thousands")
        for name, mark in (
            ("spaces", " "),
            ("no-break spaces", "\u00a0"),
            ("narrow spaces", "\u202f"),
            ("thin spaces", "\u2009"),
            ("apostrophes", "'"),
            ("curly apostrophes", "’"),
            ("underscores", "_"),
        )
    ),
    *(
        tells(
            f"thousands marked by {name}, named",
            _grouped(mark),
            "columns",
            panel=Panels(values=_LARGE),
            thousands=mark,
        )
        for name, mark in (
            ("spaces", " "),
            ("no-break spaces", "\u00a0"),
            ("narrow spaces", "\u202f"),
            ("apostrophes", "'"),
            ("curly apostrophes", "’"),
            ("underscores", "_"),
        )
    ),
    reads("thousands commas, named", _grouped(","), Panels(values=_LARGE), thousands=","),
    reads(
        "thousands dots, named",
        _grouped(".", ","),
        Panels(values=_LARGE),
        thousands=".",
        decimal=",",
    ),
    reads(
        "thousands spaces and decimal commas, named",
        _grouped("\u00a0", ","),
        Panels(values=_LARGE),
        thousands="\u00a0",
        decimal=",",
    ),
    tells(
        "several dots",
        table([f"{1_000_000 + i * 1000:,}".replace(",", ".") for i in range(12)]),
        "dot as the thousands",
        panel=Panels(values=tuple(1_000_000.0 + i * 1000 for i in range(12))),
    ),
    tells(
        "one dot before three digits, and whole numbers",
        table(["1.250", "999", "12.345", *VALUES[3:]])
        .replace(".5\n", "\n")
        .replace(".25\n", "\n")
        .replace(".75\n", "\n")
        .replace(".0\n", "\n"),
        "line 2",
        "'1.250'",
        "--thousands",
        panel=Panels(values=(1.25, 999, 12.345, *map(int, VALUES[3:]))),
    ),
    reads(
        "one dot before three digits, named",
        table(["1.250", "999", *range(10)]),
        Panels(values=(1250, 999, *range(10))),
        thousands=".",
        decimal=",",
    ),
    reads("three decimals in all values", table([f"{v:.3f}" for v in VALUES])),
    refuses(
        "one comma before three digits",
        table(["1,234"] * 12, mark=";"),
        "line 2",
        "'1,234'",
        "--thousands",
    ),
    reads(
        "one comma before three digits, a decimal mark",
        table(["1,234", *["2,5"] * 11], mark=";"),
        Panels(values=(1.234, *[2.5] * 11)),
        decimal=",",
    ),
    refuses(
        "a group of two digits",
        table(["1,000", "12,34", *["5"] * 10], mark=";"),
        "line 3",
        "'12,34'",
        thousands=",",
        decimal=".",
    ),
)
_DECIMALS = (
    tells(
        "decimal commas",
        table(mark=";").replace(".", ","),
        "line 2",
        "column value",
        "comma as the decimal",
        "12 in all",
    ),
    reads("decimal commas, named", table(mark=";").replace(".", ","), decimal=","),
    tells(
        "quoted decimal commas",
        table([str(v).replace(".", ",") for v in VALUES]),
        "comma as the decimal",
    ),
    refuses("decimal commas and dots", changed(5, value="13,5"), "line 5", "'13,5'"),
    reads("spaces around numbers", table([f"  {v} " for v in VALUES])),
    reads("plus signs", table([f"+{v}" for v in VALUES])),
    reads("leading zeros", table([f"000{v}" for v in VALUES])),
    reads("scientific notation", table([f"{v:.6e}" for v in VALUES])),
    reads(
        "no digit before or after the dot",
        table([".5", "5.", *VALUES[2:]]),
        Panels(values=(0.5, 5, *VALUES[2:])),
    ),
    reads("quoted numbers", table([f'"{v}"' for v in VALUES])),
    reads(
        "negative numbers", table([-v for v in VALUES]), Panels(values=tuple(-v for v in VALUES))
    ),
    reads("seventeen digits", changed(2, value="12.500000000000000001")),
    reads("subnormal numbers", changed(2, value="5e-324"), Panels(values=(5e-324, *VALUES[1:]))),
    reads(
        "a number too small for a double",
        changed(2, value="1e-400"),
        Panels(values=(0.0, *VALUES[1:])),
    ),
    reads(
        "2 to the 63rd",
        table([2**63 + i * 2**12 for i in range(12)]),
        Panels(values=tuple(2.0**63 + i * 2**12 for i in range(12))),
    ),
    tells(
        "an integer that a double cannot hold",
        changed(8, value=2**53 + 1),
        "line 8",
        "value",
        "2^53",
        panel=Panels(values=(*VALUES[:6], 2.0**53, *VALUES[7:])),
    ),
    tells(
        "2 to the 70th",
        changed(8, value=2**70),
        "line 8",
        str(2.0**70)[:4],
        panel=Panels(values=(*VALUES[:6], 2.0**70, *VALUES[7:])),
    ),
    tells(
        "an outlier",
        changed(8, value="1e30"),
        "line 8",
        "1e+30",
        "far outside",
        panel=Panels(values=(*VALUES[:6], 1e30, *VALUES[7:])),
    ),
    tells(
        "a mark of missing values among positive ones",
        changed(8, value=-999),
        "line 8",
        "-999",
        "missing",
        panel=Panels(values=(*VALUES[:6], -999, *VALUES[7:])),
    ),
    reads(
        "a -999 among negative values",
        table([-997, -998, -999, *range(-996, -987)]),
        Panels(values=(-997, -998, -999, *map(float, range(-996, -987)))),
    ),
    reads("zeros", table([0] * 12), Panels(values=(0.0,) * 12)),
)


CASES: tuple[Case, ...] = (*_THOUSANDS, *_DECIMALS)
