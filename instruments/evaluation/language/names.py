"""What the names in a rule stand for: items of this form, of other forms, facts of the register."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from instruments.evaluation.definition import Definition, Item
from instruments.evaluation.language.errors import RuleError
from instruments.evaluation.language.tree import Node, Op, Ref
from instruments.evaluation.language.types import TEXT, type_of_item

REGISTER = "register"
REGISTER_FACTS = frozenset(
    {
        "name",
        "former_name",
        "code",
        "credit_code",
        "site_suffix",
        "organisation_code",
        "object_code",
        "division_code",
        "address",
        "legal_person",
        "contact_name",
        "contact_phone",
        "kind",
        "status",
        "area_level",
        "samples",
        "industry_1",
        "industry_2",
        "industry_3",
        "longitude",
        "latitude",
    }
)


@dataclass(frozen=True)
class GroupName:
    """A repeat group as a rule names it: `outlets`, or `g102.outlets` of another form."""

    group: str
    form: str = ""

    @property
    def rows(self) -> Ref:
        """The list of its rows."""
        return Ref(group=self.group, form=self.form, source="rows")

    def __str__(self) -> str:
        return f"{self.form}.{self.group}" if self.form else self.group


@dataclass(frozen=True)
class Names:
    """The names that rules of one form may use. Without `definition` there are no bare names."""

    definition: Definition | None
    others: Mapping[str, Definition] = field(default_factory=dict)

    def form(self, name: str) -> Definition:
        """The definition of a form named in a rule."""
        if self.definition is not None and name == self.definition.form_name:
            return self.definition
        if name not in self.others:
            raise RuleError(f"there is no form {name!r}{_nearest(name, self.others)}")
        return self.others[name]

    def qualifier(self, name: str) -> str:
        """The form part of a reference: empty for the rule's own form."""
        own = self.definition is not None and name == self.definition.form_name
        return "" if own else self.form(name).form_name

    def group(self, parts: tuple[str, ...]) -> GroupName:
        """The group that `outlets` or `g102.outlets` names."""
        form, group = parts if len(parts) == 2 else ("", parts[0])
        definition = self.form(form) if form else self.definition
        known = definition.groups_by_slug if definition is not None else {}
        if len(parts) > 2 or group not in known:
            raise RuleError(f"there is no repeat group {'.'.join(parts)!r}{_nearest(group, known)}")
        return GroupName(group, self.qualifier(form) if form else "")

    def group_of(self, parts: tuple[str, ...]) -> GroupName | None:
        """The group whose column a name is, or None where it is something else."""
        if len(parts) == 3:
            return self.group(parts[:2])
        known = self.definition.groups_by_slug if self.definition is not None else {}
        return self.group(parts[:1]) if len(parts) == 2 and parts[0] in known else None

    def read(self, parts: tuple[str, ...], row: GroupName | None, each: str) -> Node:
        """The node that reads a name. `row` is the group being aggregated, `each` the rule's own."""
        if parts[0] == REGISTER and len(parts) == 2:
            return self._register(parts[1])
        if len(parts) == 1:
            return self._bare(parts[0], row, each)
        group = self.group_of(parts)
        if group is not None:
            return self._column(parts, group, row, each)
        if len(parts) != 2:
            raise RuleError(f"{'.'.join(parts)!r} is no name")
        return self._foreign(*parts)

    def _register(self, fact: str) -> Node:
        if fact not in REGISTER_FACTS:
            raise RuleError(f"the register has no fact {fact!r}{_nearest(fact, REGISTER_FACTS)}")
        return Node(Op.READ, TEXT, extra=Ref(fact, source=REGISTER))

    def _bare(self, slug: str, row: GroupName | None, each: str) -> Node:
        if row is not None and row.form:
            item = self.form(row.form).items_by_slug.get(slug)
            if item is not None and item.group == row.group:
                return _row_node(item, row, is_each=False)
        item = self._own(slug)
        if not item.group:
            return Node(Op.READ, type_of_item(item), extra=Ref(slug))
        if row is not None and not row.form and item.group == row.group:
            return _row_node(item, row, is_each=False)
        if item.group == each:
            return _row_node(item, GroupName(each), is_each=True)
        raise RuleError(
            f"{slug!r} has a value in every row of {item.group!r}: write sum({item.group}.{slug}) "
            f"or the like, or give the rule 'each: {item.group}'"
        )

    def _own(self, slug: str) -> Item:
        known = self.definition.items_by_slug if self.definition is not None else {}
        if slug not in known:
            raise RuleError(f"there is no item {slug!r}{_nearest(slug, known)}")
        return known[slug]

    def _column(
        self, parts: tuple[str, ...], group: GroupName, row: GroupName | None, each: str
    ) -> Node:
        slug = parts[-1]
        definition = self.form(group.form) if group.form else self.definition
        columns = definition.group_items(group.group) if definition is not None else ()
        item = next((item for item in columns if item.slug == slug), None)
        if item is None:
            known = [column.slug for column in columns]
            raise RuleError(f"the group {group} has no item {slug!r}{_nearest(slug, known)}")
        if group == row:
            return _row_node(item, group, is_each=False)
        if group == GroupName(each):
            return _row_node(item, group, is_each=True)
        raise RuleError(
            f"{'.'.join(parts)!r} repeats: use it inside sum, count, min, max, every, some"
        )

    def _foreign(self, form: str, slug: str) -> Node:
        definition = self.form(form)
        item = definition.items_by_slug.get(slug)
        if item is None:
            known = [*definition.items_by_slug, *definition.groups_by_slug]
            raise RuleError(f"the form {form!r} has no item {slug!r}{_nearest(slug, known)}")
        if item.group:
            raise RuleError(f"{slug!r} repeats: write sum({form}.{item.group}.{slug}) or the like")
        return Node(Op.READ, type_of_item(item), extra=Ref(slug, form=self.qualifier(form)))


@dataclass(frozen=True)
class RowRef:
    """A column of the row at hand: the row of an `each` rule, or of the aggregate around it."""

    ref: Ref
    is_each: bool


def _row_node(item: Item, group: GroupName, *, is_each: bool) -> Node:
    ref = Ref(item.slug, group.group, group.form)
    return Node(Op.READ_ROW, type_of_item(item), extra=RowRef(ref, is_each))


def _nearest(name: str, known: Iterable[str]) -> str:
    found = get_close_matches(name, list(known), n=3, cutoff=0.6)
    return f"; did you mean {', '.join(map(repr, found))}?" if found else ""
