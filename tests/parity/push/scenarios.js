'use strict';
// Pushes written by hand: `{setup, name}`, and a request (`as`, `method`, `path`, `body` or `raw`), or several one after the other (`steps`), with
// `hooks`, the webhooks that are there meanwhile.
const targets = require('./scenarios/targets');
const bodies = require('./scenarios/bodies');
const times = require('./scenarios/times');
const others = require('./scenarios/others');

/** Each is a function of `add(setup, name, request)`. */
const ALL = [targets, bodies, times, others];

function scenarios() {
  const list = [];
  for (const fill of ALL) fill((setup, name, request) => list.push({ setup, name, ...request }));
  return list;
}

module.exports = { scenarios };
