"""The `forecast` command starts here, with as little loaded as can be."""

import os

from forecast_cli.cli.signals import end_watch, say_plainly, stopped, watch


def main() -> int:
    """Run the command line; a signal while it is still being loaded is as quiet as later on."""
    # The matrices are small: threads would wait for each other longer than they compute.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        watch()
        from forecast_cli.cli.app import main as run

        code = run()
        end_watch()
    except MemoryError:
        # So little is left that the words for it could not be made.
        os.write(2, b"error: there is not enough memory for this data and these settings\n")
        return 1
    except BaseException:
        # Loading can turn the exception of a signal into another one.
        if stopped() is None:
            raise
    error = stopped()
    if error is None:
        return code
    say_plainly(error)
    # Python would wait for the threads that train, and a step of a large network takes long.
    os._exit(error.exit_code)
