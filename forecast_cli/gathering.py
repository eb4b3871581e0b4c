"""Notices on parts of the data -> notices on all of them, each told once."""

from forecast_cli.notices import Headcount, Notice, Tell

_MOST_TEXTS = 20
"""Notices that are told one by one: the parts may be very many."""


class Gathering:
    """Holds notices back until they are final, and what is counted until the end."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._is_open = False
        self._texts: dict[str, Notice] = {}
        self._n_more = 0
        self._counted: dict[str, tuple[Notice, Headcount]] = {}

    def tell(self, notice: Notice) -> None:
        """Take a notice on one part, as a `Tell`."""
        if notice.headcount is not None:
            self._count(notice, notice.headcount)
        elif notice.text in self._texts:
            return
        elif len(self._texts) == _MOST_TEXTS:
            self._n_more += 1
        else:
            self._texts[notice.text] = notice
            if self._is_open:
                self._tell(notice)

    def _count(self, notice: Notice, headcount: Headcount) -> None:
        known = self._counted.get(headcount.topic)
        self._counted[headcount.topic] = (
            notice,
            headcount if known is None else known[1] + headcount,
        )

    def open(self) -> None:
        """Tell what was held back, and from now on at once what is not counted."""
        if not self._is_open:
            self._is_open = True
            for notice in self._texts.values():
                self._tell(notice)

    def close(self) -> None:
        """Tell what was counted, and whatever has not been told."""
        self.open()
        for notice, total in self._counted.values():
            self._tell(total.notice(notice.kind))
        if self._n_more:
            self._tell(Notice("warning", f"{self._n_more} more such notices on later series"))
