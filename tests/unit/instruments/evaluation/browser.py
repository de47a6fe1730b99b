"""Runs the browser's engine in V8, fast: many records cross over in one call."""

import json
import re
from pathlib import Path

from py_mini_racer import MiniRacer

STATIC = Path(__file__).resolve().parents[4] / "static" / "js"
_IMPORT = re.compile(r"^(import|export) \{.*?\} from .*?;$", re.M | re.S)
_EXPORT = re.compile(r"^export ", re.M)

_RUN = """
function runMany(text) {
  return JSON.stringify(JSON.parse(text).map(([answers, context, changed, previous]) =>
    evaluate(MODULE, answers, context, changed, previous)));
}
function statesOfMany(text) {
  return JSON.stringify(JSON.parse(text).map(([answers, context]) => itemStates(MODULE, answers, context)));
}
function outcomesOfMany(text) {
  return JSON.stringify(JSON.parse(text).map(([id, answers, context]) => ruleOutcomes(MODULE, id, answers, context)));
}
function readMany(text) {
  const items = {};
  for (const item of MODULE.definition.items) items[item.slug] = item;
  return JSON.stringify(JSON.parse(text).map(([slug, raw]) => {
    const found = read(items[slug], raw);
    const value = typeof found.value === "bigint" ? Number(found.value) : found.value;
    return [value, found.canonical, found.fault && found.fault.code];
  }));
}
function normaliseMany(text) { return JSON.stringify(JSON.parse(text).map(normalise)); }
"""


def _plain(source: str) -> str:
    return _EXPORT.sub("", _IMPORT.sub("", source))


def engine_source() -> str:
    """The static modules as one script."""
    parts = [STATIC / "evaluation" / "values.js", STATIC / "evaluation.js"]
    return "\n".join(_plain(part.read_text(encoding="utf-8")) for part in parts)


class Browser:
    """One form's module beside the engine."""

    def __init__(self, module: str) -> None:
        self.context = MiniRacer()
        script = (
            f"{engine_source()}\n{_plain(module)}\nconst MODULE = {{definition, rules, sentences}};"
        )
        self.context.eval(f"{script}\n{_RUN}")

    def _call(self, name: str, records):
        return json.loads(self.context.call(name, json.dumps(records)))

    def evaluate(self, records):
        return self._call("runMany", records)

    def states(self, records):
        return self._call("statesOfMany", records)

    def outcomes(self, records):
        return self._call("outcomesOfMany", records)

    def read(self, texts):
        return self._call("readMany", texts)

    def normalise(self, texts):
        return self._call("normaliseMany", texts)
