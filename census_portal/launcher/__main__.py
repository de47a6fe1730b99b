"""Entry point of the `portal` script."""

import sys

from census_portal.launcher.cli import main

sys.exit(main(sys.argv[1:]))
