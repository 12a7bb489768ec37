"""The option `--issue`."""

from cli.terminal.problems import BadInput

ISSUE_FORM = "ID:CODE:SUMMARY, such as ISS-1:LISTING_POLICY:Restricted product listed"


def issue_of(text: str, *, harmful: bool) -> dict[str, object]:
    """Return the fields of an issue."""
    parts = text.split(":", 2)
    if len(parts) < 3:
        raise BadInput(f"issue: give {ISSUE_FORM}")
    return {"id": parts[0], "code": parts[1], "summary": parts[2], "harmful": harmful}
