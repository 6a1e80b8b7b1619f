#!/usr/bin/env node
'use strict';
// Pushes by npm parse-server and by Parsimony to services played here, from the same installations: compares the answers, the rows of
// _PushStatus as they are read and as they lie, what Apple's and Google's services are sent, what is changed elsewhere, and what webhooks are asked.
//
//   node tests/parity/push.js --binary target/release/parsimony
//
// --port P       first of the seven ports used (default 16300)
// --seed S, --random N   so many pushes put together at random (defaults 1, 60)
// --only TEXT    only scenarios in whose set-up and name the text is
// --record FILE  asks Parse Server alone, and writes what came of each scenario
// --services S   configures these alone (default apple,google)
// --self         takes a second Parse Server for Parsimony; shows what it cannot tell twice alike
// Environment: as run.js
const fs = require('node:fs');
const { parseArgs } = require('node:util');
const path = require('node:path');
const { Peer } = require('./lib/peer');
const servers = require('./lib/servers');
const keysOf = require('./push/keys');
const known = require('./push/known');
const { Observed } = require('./push/observe');
const { inParts, ordered } = require('./push/order');
const { Services } = require('./push/peer');
const { random } = require('./push/random');
const { scenarios } = require('./push/scenarios');
const { NAMES, setup } = require('./push/setups');

const { values: args } = parseArgs({ options: {
  binary: { type: 'string', default: path.join(__dirname, '../../target/release/parsimony') }, port: { type: 'string', default: '16300' },
  seed: { type: 'string', default: '1' }, random: { type: 'string', default: '60' }, only: { type: 'string', default: '' },
  record: { type: 'string' }, services: { type: 'string', default: 'apple,google' }, self: { type: 'boolean', default: false },
} });
const totals = { scenarios: 0, equal: 0, differences: 0, known: new Map() };

async function main() {
  const port = Number(args.port);
  const keys = keysOf.make();
  const hooks = await new Peer().start(port + 2);
  const all = [...scenarios(), ...random(Number(args.seed), Number(args.random))].filter(({ setup: in_, name }) => `${in_} ${name}`.includes(args.only));
  if (args.record) fs.writeFileSync(args.record, '');
  try {
    for (const name of NAMES) {
      const chosen = all.filter(one => one.setup === name);
      if (chosen.length) await inSetup(name, chosen, { port, keys, hooks });
    }
  } finally {
    hooks.stop();
    keys.remove();
  }
  for (const [id, count] of totals.known) console.log(`known: ${count} × ${id}`);
  console.log(`push: ${totals.scenarios} scenarios, ${totals.equal} equal, ${totals.differences} differences`);
  process.exitCode = totals.differences ? 1 : 0;
}

/** Both servers, or Parse Server alone, in one set-up, through all its scenarios. */
async function inSetup(name, chosen, { port, keys, hooks }) {
  const ended = [];
  const side = async (label, at, servicesAt, start) => {
    const services = await new Services(servicesAt, keys).start();
    ended.push(() => services.stop());
    const database = `push_${process.pid}_${name}_${label}`;
    ended.push(() => servers.drop(database));
    const given = setup(name, { port: servicesAt, keys, ours: start === servers.ours, services: args.services.split(',') });
    const run = () => start({ port: at, setup: given, database, label, peer: hooks, binary: args.binary });
    const client = await servers.connect(database);
    ended.push(() => client.close());
    const observed = new Observed(await run(), run, services, hooks, client.db());
    ended.push(() => observed.server.stop());
    await observed.prepare();
    return observed;
  };
  try {
    const sides = [side('oracle', port, port + 3, servers.oracle)];
    if (!args.record) sides.push(args.self ? side('second', port + 1, port + 5, servers.oracle) : side('ours', port + 1, port + 5, servers.ours));
    await Promise.allSettled(sides);
    const [theirs, ours] = await Promise.all(sides);
    for (const scenario of chosen) await one(name, scenario, theirs, ours);
    sameAccount(name, theirs.services.asserted, ours?.services.asserted);
  } finally {
    for (const end of ended.reverse()) await end();
  }
}

/** How the service account showed who it is; where it asks for its token differs, and the id of its key may be told. */
function sameAccount(name, theirs, ours) {
  if (args.record) fs.appendFileSync(args.record, `${name}: ${theirs}\n`);
  const [a, b] = [theirs, ours].map(text => text?.replace(/"aud":"[^"]*"|,"kid":"[^"]*"/g, ''));
  if (args.record || a === b) return;
  totals.differences += 1;
  console.log(`\n== ${name}: the service account\n   oracle: ${theirs}\n   ours: ${ours}`);
}

async function one(name, scenario, theirs, ours) {
  totals.scenarios += 1;
  const { setup: _, name: called, ...asked } = scenario;
  if (!ours) {
    fs.appendFileSync(args.record, `== ${name} ${called}: ${JSON.stringify(asked)}\n${shown(await theirs.run(asked))}\n`);
    return;
  }
  const [a, b] = await Promise.all([theirs.run(asked), ours.run(asked)]);
  // Of a push at which Parse Server ends there is nothing to compare; those that come after go to a new one.
  const ended = known.find(`${name} ${called}`, JSON.stringify(asked), 'died', a.died, b.died);
  if (ended && !b.status.some(line => line.includes('"status":"running"'))) {
    note(ended);
    return;
  }
  let equal = true;
  for (const part of Object.keys(a)) {
    const [x, y] = [a[part], b[part]].map(lines => (inParts(name, asked) && ['status', 'raw'].includes(part) ? lines.map(ordered) : lines));
    if (x.join('\n') === y.join('\n')) continue;
    const rule = known.find(`${name} ${called}`, JSON.stringify(asked), part, x, y);
    if (rule) note(rule);
    else {
      equal = false;
      const lines = [[theirs, x, y], [ours, y, x]].flatMap(([side, list, other]) => known.only(list, other).map(line => `   ${side.server.label}: ${line}\n`));
      console.log(`\n== ${name} ${called}: ${part}\n   ${JSON.stringify(asked)}\n${lines.join('')}`);
    }
  }
  totals[equal ? 'equal' : 'differences'] += 1;
}

const note = rule => totals.known.set(rule, (totals.known.get(rule) ?? 0) + 1);
const shown = seen => Object.entries(seen).filter(([, lines]) => lines.length).map(([part, lines]) => lines.map(line => `  ${part}: ${line}`).join('\n')).join('\n');

main().catch(error => { console.error(error); process.exit(1); });
