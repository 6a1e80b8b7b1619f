'use strict';
// What is known to differ: rules of known.json, each with its reason and the row of COMPAT.md that says so to users.
//
// { "id", "reason", "compat", "scenario"?, "request"?, "part"?, "oracle"?, "ours"?, "without"? }: the name of the scenario, what is asked, the part of
// what came of it, and the lines that one has and the other has not, joined by line breaks, must match these regular expressions. "without" takes
// what it matches out of the lines; the rest must be the same, what other such rules take out aside.
const rules = require('./known.json');

const matches = (pattern, text) => pattern === undefined || new RegExp(pattern, 's').test(text);
const without = (pattern, text) => text.replace(new RegExp(pattern, 'g'), '').trimEnd();

/** The lines that one list has and the other has not. */
function only(list, other) {
  const rest = [...other];
  return list.filter(line => {
    const at = rest.indexOf(line);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
}

/** The ids of the rules that cover the difference, the first by itself or several that each take something out; or undefined. */
function find(scenario, request, part, theirs, ours) {
  const [a, b] = [only(theirs, ours).join('\n'), only(ours, theirs).join('\n')];
  const meant = rules.filter(rule => matches(rule.scenario, scenario) && matches(rule.request, request) && matches(rule.part, part) && matches(rule.oracle, a) && matches(rule.ours, b));
  const whole = meant.find(rule => !rule.without);
  if (whole) return whole.id;
  const same = list => list.length && [a, b].map(text => list.reduce((rest, rule) => without(rule.without, rest), text)).every((text, _, [first]) => text === first);
  const found = meant.find(rule => same([rule])) ?? (same(meant) ? { id: meant.map(({ id }) => id).join(' and ') } : undefined);
  return found?.id;
}

module.exports = { find, only };
