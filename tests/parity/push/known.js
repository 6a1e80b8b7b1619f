'use strict';
// What is known to differ: rules of known.json, each with its reason and the row of COMPAT.md that says so to users.
//
// { "id", "reason", "compat", "scenario"?, "part"?, "oracle"?, "ours"? }: the name of the scenario, the part of what came of it, and the lines that
// one has and the other has not, joined by line breaks, must match these regular expressions.
const rules = require('./known.json');

const matches = (pattern, text) => pattern === undefined || new RegExp(pattern, 's').test(text);

/** The id of the first rule that covers the difference, or undefined. */
function find(scenario, part, theirs, ours) {
  const [a, b] = [[theirs, ours], [ours, theirs]].map(([list, other]) => list.filter(line => !other.includes(line)).join('\n'));
  return rules.find(rule => matches(rule.scenario, scenario) && matches(rule.part, part) && matches(rule.oracle, a) && matches(rule.ours, b))?.id;
}

module.exports = { find };
