"""The release of case72. Each program logs it at its start, and `--version` shows it."""

RELEASE = "1.0.0"
