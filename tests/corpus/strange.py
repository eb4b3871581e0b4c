"""Values that are no numbers, one among good ones or a whole column of them."""

from tests.corpus.cases import VALUES, Case, changed, refuses, table

CASES: tuple[Case, ...] = (
    *(
        refuses(f"the value {text}", changed(9, value=text), "line 9", "value", f"'{text}'", *facts)
        for text, *facts in (
            ("abc", "1234.5"),
            ("12 kWh", "unit"),
            ("kWh 12", "unit"),
            ("0x1F",),
            ("1/2",),
            ("1.2.3",),
            ("1O.5",),
            ("l2",),
            ("1d3",),
            ("1e",),
            ("--5",),
            ("1e400", "finite"),
            ("1e151", "1e150"),
            ("inf", "finite"),
            ("-Infinity", "finite"),
            ("$5", "currency"),
            ("5 €", "currency"),
            ("EUR 5",),
            ("R$ 5", "currency"),
            ("₹5", "currency"),
            ("5%", "per cent"),
            ("5‰",),
            ("(5.00)", "-5"),
            ("5.00-", "-5"),
            ("−5", "-5"),
            ("–5", "-5"),
            ("<5",),
            (">100",),
            ("~5",),
            ("5*",),
            ("5 p",),
            ("#DIV/0!",),
            ("#REF!",),
            ("=A1+B1",),
            ("true", "1 and 0"),
            ("FALSE", "1 and 0"),
            ("yes",),
            ("2023-01-01",),
            ("١٢",),
            ("\uff11\uff12",),
            ("Ⅻ",),
            ("²",),
            ("12:30",),
            ("1 234", "--thousands"),
            ("None given",),
        )
    ),
    refuses("a zero-width space in a value", changed(9, value="5\u200b"), "line 9", r"5\u200b"),
    refuses(
        "a column of true and false", table(["True", "False"] * 6), "line 2", "'True'", "1 and 0"
    ),
    refuses(
        "a column of currency",
        table([f"${v}" for v in VALUES]),
        "line 2",
        "$12.5",
        "currency",
        "11 more",
    ),
    refuses(
        "a column of per cent", table([f"{v}%" for v in VALUES]), "line 2", "12.5%", "per cent"
    ),
    refuses("a column of Arabic digits", table(["١٢"] * 12), "line 2", "'١٢'"),
    refuses("a column of words", table(["high", "low"] * 6), "no numeric column", "line 2", "high"),
    refuses("values of units", table([f"{v} kWh" for v in VALUES]), "line 2", "12.5 kWh"),
    refuses("a long text in a value", changed(9, value="x" * 5000), "line 9", "xxx…xxx"),
)
