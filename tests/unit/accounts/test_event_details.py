"""Details of an act, in words."""

from accounts.event_details import details_told


def test_a_change_is_told_as_before_and_after():
    detail = {
        "before": {"status": "under_review", "level": "county"},
        "after": {"status": "under_review", "level": "city"},
        "reason": "补充佐证",
    }
    assert list(details_told(detail)) == [("层级", "县级 → 市级"), ("理由", "补充佐证")]


def test_lists_blanks_flags_and_nested_values():
    detail = {
        "permissions": ["registry.unit_view", "audit.audit_view"],
        "until": None,
        "again": True,
        "nested": {"code": "G102"},
    }
    assert [value for _name, value in details_told(detail)] == [
        "查看普查对象、查看审计记录",
        "—",
        "是",
        "代码 G102",
    ]
