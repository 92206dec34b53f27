"""The exceptions: umpa_sniffing.exceptions."""

from umpa_sniffing.exceptions import *  # noqa: F403
