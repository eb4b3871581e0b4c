"""The `forecast` command starts here, with as little loaded as can be."""

import sys


def main() -> int:
    """Run the command line; Ctrl-C while it is still being loaded is as quiet as later on."""
    try:
        from forecast_cli.cli.app import main as run

        return run()
    except KeyboardInterrupt:
        sys.stderr.write("error: interrupted\n")
        return 130
