"""Every route of the portal: pages by app, the API under /api/v1/."""

from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from accounts.api import TokenIssue
from census_portal.health import healthz, readyz

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("language/", set_language, name="set_language"),
    path("", include("accounts.urls")),
    path("", include("submissions.urls")),
    path("", include("registry.urls")),
    path("", include("instruments.urls")),
    path("", include("review.urls")),
    path("", include("summaries.urls")),
    path("api/v1/token/", TokenIssue.as_view(), name="api_token"),
    path("api/v1/", include("registry.api_urls")),
    path("api/v1/", include("instruments.api_urls")),
    path("api/v1/", include("submissions.api.urls")),
    path("api/v1/", include("review.api_urls")),
    path("api/v1/", include("summaries.api_urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="api_schema"),
    path("api/docs/", SpectacularSwaggerView.as_view(url_name="api_schema"), name="api_docs"),
]

handler400 = "census_portal.error_pages.bad_request"
handler404 = "census_portal.error_pages.not_found"
handler500 = "census_portal.error_pages.server_error"
