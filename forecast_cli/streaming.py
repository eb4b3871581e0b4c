"""Model, data as they arrive -> forecasts of block after block of series, in constant memory."""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from forecast_cli.config import PredictionConfig
from forecast_cli.continuation import continue_panel
from forecast_cli.errors import UserError
from forecast_cli.findings import PredictReport
from forecast_cli.forecast import Forecast
from forecast_cli.gathering import Gathering
from forecast_cli.id_order import Ascent
from forecast_cli.inference import forecast_wanted
from forecast_cli.model import Model
from forecast_cli.model_findings import report_forecast
from forecast_cli.notices import Tell
from forecast_cli.panel import read_again
from forecast_cli.read_config import ReadConfig
from forecast_cli.reading.blocks import BLOCK_BYTES, Blocks, open_blocks
from forecast_cli.reading.feeds import Feed, FileFeed, Joined, OpenSource, is_packed, standard_input
from forecast_cli.rolling import forecast_grown, tell_blocks
from forecast_cli.tallies import Tally
from forecast_cli.whole_series import BlockReader, Grouped

_STANDARD_INPUT = "-"
_DAMAGED = (OSError, EOFError, zlib.error)
_PACKED_TO = 16
"""Text is packed to a part like this of its size."""


class ReadWholeError(Exception):
    """The data cannot be forecast block by block; `source` is where they can be read as a whole."""

    def __init__(self, source: str) -> None:
        super().__init__("to be read as a whole")
        self.source = source


@dataclass(frozen=True, kw_only=True)
class Part:
    """The forecast of some series, and the order [N] in which they arrived."""

    forecast: Forecast
    order: Sequence[int]


def find_feed(source: str) -> Feed | None:
    """What a source can be read from piece by piece; None where it is better read as a whole.

    That is standard input, if it is a pipe or a file, and a large file.
    """
    if source == _STANDARD_INPUT:
        return standard_input()
    path = Path(source)
    try:
        if not path.is_file():
            return None
        limit = BLOCK_BYTES // _PACKED_TO if is_packed(path) else BLOCK_BYTES
        return FileFeed(path) if path.stat().st_size > limit else None
    except (OSError, ValueError):
        return None


class ForecastStream:
    """The forecasts of the series of one source, each made when the next series begins."""

    def __init__(
        self,
        source: str,
        feed: Feed,
        model: Model,
        *,
        read: ReadConfig,
        wanted: PredictionConfig,
        tell: Tell,
    ) -> None:
        self._source, self._feed, self._model = source, feed, model
        self._config, self._wanted = read_again(model.panel, read), wanted
        self._gathering = Gathering(tell)
        self._known: Tally | None = None
        self._n_series = 0
        self._ascent = Ascent()

    @property
    def is_final(self) -> bool:
        """Whether no part is ever taken back, as what came through a pipe cannot be read again."""
        return self._source == _STANDARD_INPUT

    def report(self) -> PredictReport:
        """What there is to say of all parts so far."""
        known = self._known
        return report_forecast(
            self._model,
            self._wanted,
            n_series=self._n_series,
            known=None if known is None else known.scores(self._model.committee.name),
        )

    def __iter__(self) -> Iterator[Part]:
        """The forecasts, as the data arrive.

        Raises:
            ReadWholeError: they need all data at once. What came from a pipe is only refused so
                before the first part; of a file all parts are void.
            DataError: the data cannot be read, or a series comes back after others.
        """
        if not _can_be_cut(self._model, self._config, self._wanted):
            raise ReadWholeError(self._source)
        try:
            yield from self._parts()
        except _DAMAGED as error:
            if self.is_final:
                raise
            raise ReadWholeError(self._source) from error
        finally:
            self._feed.close()

    def _parts(self) -> Iterator[Part]:
        blocks = open_blocks(self._feed, self._config, self._source)
        if not isinstance(blocks, Blocks):
            raise self._read_whole(blocks)
        reader = BlockReader(self._source, self._model, self._config, self._gathering.tell)
        for block in blocks:
            is_first = reader.is_new
            if is_first and blocks.is_over:
                raise self._read_whole(blocks.whole(block))
            try:
                grouped = reader.read(block)
            except UserError as error:
                if is_first or not self.is_final:
                    raise self._read_whole(blocks.whole(block)) from error
                raise
            if is_first:
                tell_blocks(self._model, self._wanted, self._gathering.tell)
            if self.is_final:
                self._gathering.open()
            if grouped is None:
                continue
            if not (self.is_final or self._is_in_order(grouped)):
                raise self._read_whole(blocks.whole(block))
            yield self._forecast(grouped)
        reader.tell_ends()
        self._gathering.close()

    def _read_whole(self, unread: Joined) -> ReadWholeError:
        """The error that gives all data back."""
        return ReadWholeError(OpenSource(self._source, unread) if self.is_final else self._source)

    def _is_in_order(self, grouped: Grouped) -> bool:
        """Whether the series come as a forecast of all of them has them."""
        return self._ascent.goes_on(grouped.panel.ids[list(grouped.order)].tolist())

    def _forecast(self, grouped: Grouped) -> Part:
        model, wanted = self._model, self._wanted
        data = continue_panel(grouped.panel, model, wanted, self._gathering.tell)
        grown = forecast_grown(model, data.panel, data.trained_until)
        if grown is not None:
            self._known = (self._known or Tally()) + Tally.of(*grown)
        self._n_series += data.panel.n_series
        return Part(forecast=forecast_wanted(model, data.panel, wanted), order=grouped.order)


def _can_be_cut(model: Model, config: ReadConfig, wanted: PredictionConfig) -> bool:
    """Whether series can be read one by one: nothing is taken from all of them together."""
    panel, known = model.panel, model.panel.covariates
    text = panel.calendar.text
    return (
        panel.layout == "long"
        and bool(config.id)
        and len(config.target) == 1
        and wanted.future_data is None
        and not config.covariates
        and (known is None or all(column.role == "calendar" for column in known.columns))
        and config.missing != "zero"
        and config.aggregate is None
        and not config.by_frequency
        and not (text.suffix or text.zone)
    )
