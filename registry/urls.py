"""Routes of the register. The pages of one unit are routed by submissions: they bear on its forms."""

from django.urls import path

from registry.views.areas import EnumerationAreaDetail, EnumerationAreas, OwnAreas
from registry.views.as_of import RegisterAsOf
from registry.views.coverage import Coverage, CoverageBlockDetail
from registry.views.home import RegisterHome
from registry.views.map import RegisterMap
from registry.views.matches import MatchDecide, MatchQueue, MatchReverse
from registry.views.overlays import OverlayDetail, OverlayList
from registry.views.search import DivisionSearch, IndustrySearch
from registry.views.units import UnitList
from registry.views.verifications import VerificationPhoto

urlpatterns = [
    path("units/", UnitList.as_view(), name="unit_list"),
    path("units/as-of/", RegisterAsOf.as_view(), name="register_as_of"),
    path("enumeration-areas/", EnumerationAreas.as_view(), name="enumeration_areas"),
    path("enumeration-areas/mine/", OwnAreas.as_view(), name="own_areas"),
    path("enumeration-areas/<int:pk>/", EnumerationAreaDetail.as_view(), name="enumeration_area"),
    path("verifications/<int:pk>/photo/", VerificationPhoto.as_view(), name="verification_photo"),
    path("matches/", MatchQueue.as_view(), name="match_queue"),
    path("matches/<int:pk>/", MatchDecide.as_view(), name="match_decide"),
    path("matches/<int:pk>/reverse/", MatchReverse.as_view(), name="match_reverse"),
    path("register/", RegisterHome.as_view(), name="register_home"),
    path("register/map/", RegisterMap.as_view(), name="register_map"),
    path("register/coverage/", Coverage.as_view(), name="coverage"),
    path(
        "register/coverage/blocks/<int:pk>/", CoverageBlockDetail.as_view(), name="coverage_block"
    ),
    path("overlays/", OverlayList.as_view(), name="overlays"),
    path("overlays/<int:pk>/", OverlayDetail.as_view(), name="overlay"),
    path("divisions/search/", DivisionSearch.as_view(), name="division_search"),
    path("industries/search/", IndustrySearch.as_view(), name="industry_search"),
]
