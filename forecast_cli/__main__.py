"""`python -m forecast_cli`: the same program as `forecast`."""

import sys

from forecast_cli.cli.start import main

if __name__ == "__main__":
    sys.exit(main())
