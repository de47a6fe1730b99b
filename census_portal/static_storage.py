"""Static files under names that carry their content: a browser may keep them for ever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage

# Django's own expressions for `import … from "…"`, for the portal's modules only: a library's
# file may speak of others that it does not bring along.
_IMPORTS = CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1]


class PortalStaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # untyped
    """Script modules import each other by the name that carries the content, too."""

    support_js_module_import_aggregation = True
    _js_module_import_aggregation_patterns = ("js/*.js", _IMPORTS)
