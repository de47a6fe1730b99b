"""Static files as production serves them."""

import re

from django.core.management import call_command

MODULE = re.compile(r'from\s*"(\./|\.\./)[^"]+\.[0-9a-f]{12}\.js"')


def test_modules_import_each_other_by_the_name_that_carries_the_content(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "census_portal.static_storage.PortalStaticFilesStorage"},
    }
    call_command("collectstatic", verbosity=0, interactive=False)
    main = next((tmp_path / "js" / "grid").glob("main.????????????.js")).read_text("utf-8")
    imports = re.findall(r'from\s*"([^"]+)"', main)
    assert len(imports) > 5
    assert all(MODULE.match(f'from "{name}"') for name in imports), imports
    assert list(tmp_path.glob("css/portal.*.css.gz"))
