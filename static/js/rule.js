/* Runs the examples of a rule in the browser's own engine, beside what the server made of them. */
const data = JSON.parse(document.getElementById("rule-data").textContent);
const word = (name) => document.querySelector(`template[data-outcome="${name}"]`).content.cloneNode(true);

async function run() {
  const [engine, rules] = await Promise.all([import(data.engine), import(data.rules)]);
  for (const example of data.examples) {
    const place = document.querySelector(`[data-example="${example.number}"]`);
    const found = engine.ruleOutcomes(rules, data.rule, example.answers, example.context);
    place.replaceChildren(...found.map((one) => word(one.is_failed ? "failed" : String(one.outcome))));
    if (JSON.stringify(found) !== JSON.stringify(example.expected)) place.append(word("differs"));
  }
  document.querySelector("[data-examples]").dataset.ran = "yes";
}

run();
