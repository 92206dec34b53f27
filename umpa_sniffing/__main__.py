"""python -m umpa_sniffing: see command_line."""

import sys

from umpa_sniffing.command_line import main

sys.exit(main())
