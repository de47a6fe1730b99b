"""The same random records through the server's engine and the browser's."""

from instruments.evaluation.engine import Context, evaluate
from instruments.evaluation.javascript import module_source
from tests.unit.instruments.evaluation.browser import Browser
from tests.unit.instruments.evaluation.chance import RecordMaker

BATCH = 500


def as_context(plain, codes, unavailable):
    owed = frozenset(plain["owed"])
    return Context(
        plain["forms"], owed, plain["register"], codes, plain["params"], frozenset(unavailable)
    )


def differences(compiled, codes, unavailable, count, chance):
    """Evaluate `count` random records in both engines; the first that differ, at most three."""
    maker = RecordMaker(chance, codes)
    others = {name: compiled.others[name] for name in compiled.reads_forms}
    browser, found, findings = Browser(module_source(compiled)), [], 0
    sets = {name: frozenset(values) for name, values in codes.items()}
    common = {"codelists": codes, "codelists_unavailable": list(unavailable)}
    for start in range(0, count, BATCH):
        records = [
            (maker.answers(compiled.definition), maker.context(others))
            for _ in range(min(BATCH, count - start))
        ]
        given = [[plain, {**context, **common}, None, None] for plain, context in records]
        for (plain, context), theirs in zip(records, browser.evaluate(given), strict=True):
            ours = [
                finding.as_dict()
                for finding in evaluate(compiled, plain, as_context(context, sets, unavailable))
            ]
            findings += len(ours)
            if ours != theirs:
                only = [f for f in ours if f not in theirs], [f for f in theirs if f not in ours]
                found.append((only, plain, context))
    assert findings > count, "the records are too tame"
    return found[:3]
