'use strict';
// Known differences: rules of known.json, each with its reason and the row of COMPAT.md that says so to users.
//
// { "id", "reason", "compat", "when"?: {area?, kind?, method?, request?}, "oracle"?: {status?, text?}, "ours"?: {status?, text?}, "type"?, "sameRows"? }
// area, kind, method, type: exact; status: number or list; request, text: regular expressions on the step's JSON and the
// masked answer. All that a rule names must hold. The program ends there: what follows stands on unequal ground.
// "sameRows": true says that the two give the same rows in another order (as many, where only a part was asked for).
// "continue": true says that the difference leaves both servers with the same data.
const fs = require('node:fs');
const path = require('node:path');

function load(file = path.join(__dirname, '../known.json')) {
  const rules = JSON.parse(fs.readFileSync(file, 'utf8'));
  for (const rule of rules) {
    for (const field of ['id', 'reason', 'compat']) {
      if (typeof rule[field] !== 'string') throw new Error(`known.json: a rule lacks "${field}": ${JSON.stringify(rule)}`);
    }
  }
  return rules;
}

const oneOf = (allowed, value) => allowed === undefined || [].concat(allowed).includes(value);
const matches = (pattern, text) => pattern === undefined || new RegExp(pattern, 's').test(text);
const answer = (rule = {}, { status, text }) => oneOf(rule.status, status) && matches(rule.text, text);

/** Do both answers hold the same rows, in whatever order? Of a part of the rows only the number can be the same. */
function sameRows(step, theirs, ours) {
  const part = /"(limit|skip)":/.test(JSON.stringify(step));
  const rows = ({ text }) => JSON.parse(text).results.map(row => (part ? '' : JSON.stringify(row))).sort().join();
  try {
    return rows(theirs) === rows(ours);
  } catch {
    return false;
  }
}

/** The first rule that covers the difference, or undefined. */
function find(rules, step, difference, theirs, ours) {
  return rules.find(({ when = {}, ...rule }) => oneOf(when.area, step.area) && oneOf(when.kind, step.kind) && oneOf(when.method, step.method)
    && oneOf(rule.type, difference.type) && answer(rule.oracle, theirs) && answer(rule.ours, ours)
    && matches(when.request, JSON.stringify(step)) && (!rule.sameRows || sameRows(step, theirs, ours)));
}

module.exports = { load, find };
