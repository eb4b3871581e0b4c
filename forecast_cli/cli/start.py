"""The `forecast` command starts here, with as little loaded as can be."""

import os
import sys

_INTERRUPTED = (130, 143)


def main() -> int:
    """Run the command line; Ctrl-C while it is still being loaded is as quiet as later on."""
    try:
        from forecast_cli.cli.app import main as run

        code = run()
    except KeyboardInterrupt:
        sys.stderr.write("error: interrupted\n")
        code = _INTERRUPTED[0]
    if code in _INTERRUPTED:
        # Python would wait for the threads that train, and a step of a large network takes long.
        os._exit(code)
    return code
