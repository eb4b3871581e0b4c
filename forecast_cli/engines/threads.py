"""Work -> results, in threads of this process."""

from dataclasses import dataclass
from threading import Event

from forecast_cli.engines.work import Hear, Message, Result, Shared, Work


@dataclass(frozen=True)
class Threads:
    """The engine of one machine."""

    workers: int = 1

    def run(
        self,
        work: Work[Shared, Message, Result],
        shared: Shared,
        n_parts: int,
        *,
        hear: Hear[Message],
    ) -> list[Result]:
        """See `Engine`."""
        # Not at the top: a forecast needs none of it to start.
        from concurrent.futures import ThreadPoolExecutor

        if not n_parts:
            return []
        stop = Event()

        def carry_out(number: int) -> Result:
            steps = work(shared, number, stop.is_set)
            while True:
                try:
                    message = next(steps)
                except StopIteration as end:
                    result: Result = end.value
                    return result
                hear(number, message)

        pool = ThreadPoolExecutor(min(self.workers, n_parts))
        try:
            return list(pool.map(carry_out, range(n_parts)))
        except Exception:
            # Whoever clears away after a fault must not meet work that still writes.
            stop.set()
            pool.shutdown(cancel_futures=True)
            raise
        finally:
            # After an interrupt nobody waits for a step, which can take long; the threads end
            # with it.
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
