"""What axe-core finds fault with."""

import json

from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Page

_AXE = Axe().axe_script


async def violations(page: Page) -> list[str]:
    """Return what is wrong with the page, in light and in dark."""
    await page.evaluate(_AXE)
    found = await _violations(page, "light", {})
    await page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    # Between the two nothing differs but the colours.
    found += await _violations(page, "dark", {"runOnly": ["color-contrast"]})
    await page.emulate_media(color_scheme="light")
    return found


async def _violations(page: Page, scheme: str, options: dict[str, object]) -> list[str]:
    asked = json.dumps({"resultTypes": ["violations"], **options})
    results = await page.evaluate(f"axe.run({asked}).then(results => results.violations)")
    return [
        f"{scheme}: {violation['id']}: {node['html'][:200]}: {node.get('failureSummary')}"
        for violation in results
        for node in violation["nodes"]
    ]
