"""Commands about e-mails that come in."""
