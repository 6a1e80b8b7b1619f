'use strict';
// What is known to differ: rules of known.json, each with its reason and the row of COMPAT.md that says so to users.
//
// { "id", "reason", "compat", "scenario"?, "request"?, "part"?, "oracle"?, "ours"?, "without"? }: the name of the scenario, what is asked, the part of
// what came of it, and the lines that one has and the other has not, joined by line breaks, must match these regular expressions. "without" takes
// what it matches out of the lines; the rest must be the same.
const rules = require('./known.json');

const matches = (pattern, text) => pattern === undefined || new RegExp(pattern, 's').test(text);
const sameBut = (pattern, a, b) => pattern === undefined || [a, b].map(text => text.replace(new RegExp(pattern, 'g'), '')).every((text, _, [first]) => text === first);

/** The lines that one list has and the other has not. */
function only(list, other) {
  const rest = [...other];
  return list.filter(line => {
    const at = rest.indexOf(line);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
}

/** The id of the first rule that covers the difference, or undefined. */
function find(scenario, request, part, theirs, ours) {
  const [a, b] = [only(theirs, ours).join('\n'), only(ours, theirs).join('\n')];
  return rules.find(rule => matches(rule.scenario, scenario) && matches(rule.request, request) && matches(rule.part, part)
    && matches(rule.oracle, a) && matches(rule.ours, b) && sameBut(rule.without, a, b))?.id;
}

module.exports = { find, only };
