"""An origin is written as a browser writes it, or refused."""

import pytest
from pydantic import ValidationError

from domain.shared.errors import explain
from runtime.page_settings import CodecSettings, PageSettings
from runtime.web_address import origin_of


@pytest.mark.parametrize(
    ("written", "origin"),
    [
        ("https://temporal.ops.example", "https://temporal.ops.example"),
        ("HTTPS://Temporal.OPS.example:443/", "https://temporal.ops.example"),
        ("http://LOCALHOST:80", "http://localhost"),
        ("http://localhost:443", "http://localhost:443"),
        ("https://ops.example:8443/", "https://ops.example:8443"),
        ("https://ops.example:", "https://ops.example"),
        ("https://10.0.0.7:08443", "https://10.0.0.7:8443"),
        ("http://[0:0:0:0:0:0:0:1]:8080", "http://[::1]:8080"),
        ("https://xn--mnchen-3ya.example", "https://xn--mnchen-3ya.example"),
    ],
)
def test_what_means_the_same_is_written_the_same(written: str, origin: str) -> None:
    assert origin_of(written) == origin
    assert CodecSettings.model_validate({"password": "x", "ui": written}).ui == origin
    if origin.startswith("https:"):
        assert PageSettings(url=written).url == origin


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("https://münchen.example", "xn--"),
        ("https://ops.example.", "must not end with a dot"),
        ("https://ops.example/temporal", "without a path"),
        ("https://ops.example?", "without a path"),
        ("https://me:secret@ops.example", "user's name"),
        ("https://ops.example:0", "port between 1 and 65535"),
        ("https://ops.example:99999", "port between 1 and 65535"),
        ("https://ops.example:https", "port between 1 and 65535"),
        ("https://127.1", "must have a valid host"),
        ("https://ops..example", "must have a valid host"),
        ("https://[::1%25eth0]", "must have a valid host"),
        ("https://-ops.example", "must have a valid host"),
        ("https://ops.ex ample", "must be an address"),
        ("https://ops.example\n.evil", "must be an address"),
        ("https:\\\\ops.example", "must be an address"),
        ("ops.example", "must begin with https://"),
        ("//ops.example", "must begin with https://"),
        ("ftp://ops.example", "must begin with https://"),
        ("*", "must begin with https://"),
        ("null", "must begin with https://"),
    ],
)
def test_what_no_browser_would_send_is_refused_with_the_setting_and_the_reason(
    written: str, says: str
) -> None:
    for settings, field, given in (
        (CodecSettings, "ui", {"password": "x", "ui": written}),
        (PageSettings, "url", {"url": written}),
    ):
        with pytest.raises(ValidationError) as refused:
            settings.model_validate(given)
        assert f"{field}: must" in explain(refused.value)
        assert says in explain(refused.value)
        assert "secret" not in explain(refused.value)
