import shlex
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from forecast_cli.command_line import explicit_command, train_command
from forecast_cli.config import NetworkConfig, Settings, TrainConfig
from forecast_cli.defaults import WindowPlan
from forecast_cli.panel import Columns, Panel, read_panel
from forecast_cli.read_config import ReadConfig
from forecast_cli.times.calendar import Calendar
from tests.panels import make_panel, wave

NAN = float("nan")
PLAN = WindowPlan(horizon=3, context_length=8, long_context_length=8, season_length=1)
YEARS = Calendar.years()


def test_the_command_names_every_column_and_size() -> None:
    panel = make_panel(wave(30), calendar=YEARS)
    assert explicit_command(panel, PLAN, Settings()) == (
        f"forecast train test.csv --target value --time step --id name --freq {YEARS.freq} "
        "--season-length 1 --horizon 3 --context-length 8"
    )


def test_the_command_leaves_the_context_open_where_it_differs_among_networks() -> None:
    # One --context-length would hold for all of them.
    command = explicit_command(
        make_panel(wave(30)), replace(PLAN, long_context_length=24), Settings()
    )
    assert "--context-length" not in command


def test_the_command_of_one_unnamed_series_names_no_id() -> None:
    panel = make_panel(wave(30))
    alone = replace(
        panel, columns=Columns(id=(), time="ds", target="y"), ids=np.empty((1, 0), dtype=object)
    )
    assert "--id" not in explicit_command(alone, PLAN, Settings())


def test_names_with_spaces_and_quotes_survive_the_shell() -> None:
    columns = Columns(id=("Country Name", "code"), time="it's", target="$(rm -rf)")
    panel = replace(make_panel(wave(30)), columns=columns, source="my data.csv")
    words = shlex.split(explicit_command(panel, PLAN, Settings()))
    assert words[2] == "my data.csv"
    assert words[words.index("--id") + 1] == "Country Name,code"
    assert words[words.index("--time") + 1] == "it's"
    assert words[words.index("--target") + 1] == "$(rm -rf)"


def config_of(command: str) -> ReadConfig:
    words = shlex.split(command)[3:]
    given = dict(zip(words[::2], words[1::2], strict=True))
    split = {name: tuple(given.get(name, "").split(",")) for name in ("--id", "--target")}
    return ReadConfig(
        id=split["--id"] if "--id" in given else (),
        time=given.get("--time"),
        target=split["--target"] if "--target" in given else (),
        freq=given["--freq"],
    )


DAYS = [f"2024-01-{day:02d}" for day in range(1, 31)]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "store,date,sales,price\n"
            + "".join(f"{s},{day},{n},9\n" for s in "ab" for n, day in enumerate(DAYS)),
            id="long",
        ),
        pytest.param(
            "Year,Value\n" + "".join(f"{y},{y % 7}\n" for y in range(1960, 1990)), id="one"
        ),
        pytest.param(
            "date,a,b\n" + "".join(f"{day},{n},{n % 5}\n" for n, day in enumerate(DAYS)), id="wide"
        ),
        pytest.param(
            "year,month,sales\n"
            + "".join(f"{1990 + n // 12},{n % 12 + 1},{n}\n" for n in range(40)),
            id="date in parts",
        ),
        pytest.param("y\n" + "".join(f"{n % 7}\n" for n in range(30)), id="no time"),
    ],
)
def test_the_command_leads_to_the_same_panel(text: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text)

    def read(config: ReadConfig) -> Panel:
        return read_panel(str(path), config, lambda _: None)

    guessed = read(ReadConfig())
    named = read(config_of(explicit_command(guessed, PLAN, Settings())))
    np.testing.assert_array_equal(named.values, guessed.values)
    np.testing.assert_array_equal(named.ids, guessed.ids)
    assert (named.calendar, named.columns) == (guessed.calendar, guessed.columns)


def test_the_command_repeats_how_the_file_was_read() -> None:
    config = ReadConfig(decimal=",", delimiter=";", date_format="%d.%m.%Y")
    words = shlex.split(explicit_command(make_panel(wave(30)), PLAN, Settings(read=config)))
    for option, value in (("--decimal", ","), ("--delimiter", ";"), ("--date-format", "%d.%m.%Y")):
        assert words[words.index(option) + 1] == value


@pytest.mark.parametrize(
    ("source", "argument"), [("-dash.csv", "./-dash.csv"), ("standard input", "-")]
)
def test_no_source_is_taken_for_an_option(source: str, argument: str) -> None:
    panel = replace(make_panel(wave(30)), source=source)
    assert shlex.split(explicit_command(panel, PLAN, Settings()))[2] == argument


def test_a_name_with_a_comma_is_quoted_for_the_option() -> None:
    columns = Columns(id=("a,b", "c"), time="t", target="y")
    panel = replace(make_panel(wave(30)), columns=columns)
    words = shlex.split(explicit_command(panel, PLAN, Settings()))
    assert words[words.index("--id") + 1] == '"a,b",c'


def test_a_training_is_written_as_the_options_that_differ_from_the_defaults() -> None:
    settings = Settings(
        read=ReadConfig(target=("a b", "c,d"), decimal=","),
        network=NetworkConfig(hidden_size=16),
        optimisation=TrainConfig(l1=1e-05, time_limit=2.5),
        levels=(50, 90),
    )
    command = train_command("-x.csv", settings, "m.forecast")
    assert shlex.split(command) == [
        *("forecast", "train", "./-x.csv", "--target", 'a b,"c,d"', "--decimal", ","),
        *("--hidden-size", "16", "--l1", "1e-05", "--time-limit", "2.5", "--level", "50,90"),
        *("--output", "m.forecast"),
    ]
    assert train_command("-", Settings(), "-") == "forecast train - --output -"


def test_the_explicit_command_says_how_to_train_where_that_is_not_as_by_default() -> None:
    settings = Settings(
        network=NetworkConfig(cell="lstm"), optimisation=TrainConfig(effort="fast"), levels=(90,)
    )
    command = explicit_command(make_panel(wave(30)), PLAN, settings)
    assert command.endswith("--context-length 8 --cell lstm --effort fast --level 90")
