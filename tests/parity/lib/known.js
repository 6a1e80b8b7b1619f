'use strict';
// Known differences: rules of known.json, each with its reason and the row of COMPAT.md that says so to users.
//
// { "id", "reason", "compat", "when"?: {area?, kind?, method?, request?}, "oracle"?: {status?, text?}, "ours"?: {status?, text?}, "type"?, "sameRows"?, "apart"?, "more"?, "bareDates"?, "untold"? }
// area, kind, method, type: exact; status: number or list; request, text: regular expressions on the step's JSON and the
// masked answer. All that a rule names must hold. The program ends there: what follows stands on unequal ground.
// "sameRows": true says that the two give the same rows in another order (as many, where only a part was asked for).
// "apart": "indexes" says that the two are the same but for this key of the body; "more": "fields" that the oracle's has more
// keys in the object of that name, and the rest is the same.
// "bareDates": true says that the two are the same once the Dates of both are bare texts.
// "untold": true says that the two are the same but for saves, by themselves or in a batch, of which ours tells updatedAt alone.
// "continue": true says that the difference leaves both servers with the same data.
const fs = require('node:fs');
const path = require('node:path');
const { canon } = require('./compare');
const json = require('./json');

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

/** Are both answers the same but for what a rule leaves out of them? */
function sameBut({ apart, more }, step, theirs, ours) {
  try {
    const [a, b] = [JSON.parse(theirs.text), JSON.parse(ours.text)];
    for (const name of Object.keys(more ? a[more] : {})) if (!(name in b[more])) delete a[more][name];
    const rest = body => canon(json.parse(JSON.stringify({ ...body, [apart]: undefined })), step, true);
    return rest(a) === rest(b);
  } catch {
    return false;
  }
}

/** Are both answers the same once their Dates are the texts in them? */
function sameBareDates(step, theirs, ours) {
  const bare = (key, value) => (value?.__type === 'Date' ? value.iso : value);
  const plain = ({ text }) => canon(json.parse(JSON.stringify(JSON.parse(text, bare))), step, true);
  try {
    return plain(theirs) === plain(ours);
  } catch {
    return false;
  }
}

/** Are both answers the same but for saves of which ours tells nothing but when they were? */
function sameButUntold(step, theirs, ours) {
  try {
    const [a, b] = [theirs, ours].map(({ text }) => JSON.parse(text));
    const items = body => (Array.isArray(body) ? body.map(({ success }) => success) : [body]);
    const told = items(b);
    items(a).forEach((save, i) => {
      const isUntold = save?.updatedAt && Object.keys(told[i] ?? {}).join() === 'updatedAt';
      if (isUntold) for (const name of Object.keys(save)) if (name !== 'updatedAt') delete save[name];
    });
    const all = body => canon(json.parse(JSON.stringify(body)), step, true);
    return all(a) === all(b);
  } catch {
    return false;
  }
}

/** The first rule that covers the difference, or undefined. */
function find(rules, step, difference, theirs, ours) {
  return rules.find(({ when = {}, ...rule }) => oneOf(when.area, step.area) && oneOf(when.kind, step.kind) && oneOf(when.method, step.method)
    && oneOf(rule.type, difference.type) && answer(rule.oracle, theirs) && answer(rule.ours, ours)
    && matches(when.request, JSON.stringify(step)) && (!rule.sameRows || sameRows(step, theirs, ours))
    && (!(rule.apart || rule.more) || sameBut(rule, step, theirs, ours)) && (!rule.bareDates || sameBareDates(step, theirs, ours))
    && (!rule.untold || sameButUntold(step, theirs, ours)));
}

module.exports = { load, find };
