#!/usr/bin/env node
'use strict';
// The oracle: seeded random programs of requests to npm parse-server and to us; every answer that differs is shown.
//
//   node tests/parity/run.js --requests 5000 --seed 1
//
// --requests N   how many requests to send (default 1000), spread over the set-ups
// --seed N       the same seed sends the same programs (default 1)
// --setup A,B    only these set-ups (lib/setups.js)
// --program P    only this program (with --seed), such as a report names: 12@accounts
// --binary FILE  our server (default target/release/parsimony)
// --mongodb      our server on MongoDB, too, on a database of its own
// --ours URL     a running server instead of the binary, mount path included, with the options of the one --setup
// --oracle URL   a running oracle instead of npm's
// --self         compares the oracle with itself: two processes, two databases; shows what it cannot tell twice alike
// --port P       first of the three ports used (default 16210)
// --area A,B     leaves out differences of other areas (see gen/)
// --ignore TYPE  leaves out this type of difference, such as "key order"
// --show         prints every request and its answers
// --covered A,B  shows what these rules of known.json have covered, one of each class of difference
// --no-shrink    reports programs as they are
// Environment: PARITY_MODULES, XDG_CACHE_HOME, MONGO_URI, MONGO_UP (lib/servers.js)
const { parseArgs } = require('node:util');
const path = require('node:path');
const { generate } = require('./gen/program');
const known = require('./lib/known');
const { Peer } = require('./lib/peer');
const { Providers } = require('./lib/providers');
const report = require('./lib/report');
const { runProgram } = require('./lib/run-program');
const servers = require('./lib/servers');
const { SETUPS } = require('./lib/setups');
const { shrink } = require('./lib/shrink');

const { values: args } = parseArgs({ options: {
  requests: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' }, program: { type: 'string' },
  binary: { type: 'string', default: path.join(__dirname, '../../target/release/parsimony') }, ours: { type: 'string' }, oracle: { type: 'string' },
  self: { type: 'boolean', default: false }, mongodb: { type: 'boolean', default: false }, setup: { type: 'string' }, port: { type: 'string', default: '16210' },
  covered: { type: 'string' }, area: { type: 'string' }, ignore: { type: 'string' }, 'no-shrink': { type: 'boolean', default: false }, show: { type: 'boolean', default: false },
} });

const number = name => {
  const value = Number(args[name]);
  if (!Number.isInteger(value) || value < 0) throw new Error(`--${name} must be a whole number`);
  return value;
};

async function start(setup, peer) {
  const port = number('port');
  const remote = (label, url) => ({ label, url: url.replace(/\/$/, ''), stop() {}, alive: () => true });
  const owned = side => `parity_${process.pid}_${setup.name}_${side}`;
  /** A server whose database ends with it. */
  const onMongo = async (make, side, options) => {
    const database = owned(side);
    const server = await make({ setup, peer, database, ...options });
    return { ...server, stop: () => server.stop().then(() => servers.drop(database)) };
  };
  const oracle = args.oracle ? remote('oracle', args.oracle) : await onMongo(servers.oracle, 'a', { port, label: 'oracle' });
  try {
    if (args.self) return [oracle, await onMongo(servers.oracle, 'b', { port: port + 1, label: 'oracle2' })];
    if (args.ours) return [oracle, remote('ours', args.ours)];
    const mine = { port: port + 1, binary: args.binary };
    return [oracle, args.mongodb ? await onMongo(servers.ours, 'b', mine) : await servers.ours({ setup, peer, ...mine })];
  } catch (error) {
    await oracle.stop();
    throw error;
  }
}

/** Sends programs until the budget of requests is used up, or the one of index `only`. */
async function phase(setup, budget, only, totals, rules) {
  const peer = await new Peer().start(number('port') + 2);
  const providers = setup.providers ? new Providers(number('port') + 3) : undefined;
  await providers?.start();
  const pair = await start({ ...setup, auth: providers?.options() }, peer);
  try {
    for (const server of pair) Object.assign(server, { peer, providers });
    for (let index = only ?? 0, sent = 0; sent < budget && (only === undefined || index === only); index += 1) {
      const program = generate(number('seed'), index, setup);
      const result = await runProgram(program, pair, rules, args.show ? report.show : undefined);
      sent += result.sent;
      totals.add(result);
      if (result.difference && counts(result.difference)) await found(program, result.difference, pair, totals, rules);
      for (const server of pair) if (!server.alive()) throw new Error(`${server.label} ended during program ${program.name}; see ${server.log}`);
      report.progress(totals);
    }
  } finally {
    await Promise.all(pair.map(server => server.stop()));
    providers?.stop();
    peer.stop();
  }
}

const counts = ({ type, step }) => type !== args.ignore && (!args.area || args.area.split(',').includes(step.area));

async function found(program, difference, pair, totals, rules) {
  const fresh = totals.note(difference.key);
  if (!fresh) return;
  const shown = args['no-shrink'] ? { program: { ...program, steps: program.steps.slice(0, difference.at + 1) }, difference } : await shrink(program, difference, pair, rules);
  totals.keep(difference.key, shown);
}

function setups(names) {
  if (names === undefined) return Object.values(SETUPS);
  return names.split(',').map(name => {
    if (!SETUPS[name]) throw new Error(`no set-up ${name}; there are ${Object.keys(SETUPS).join(', ')}`);
    return SETUPS[name];
  });
}

async function main() {
  const rules = known.load();
  const totals = new report.Totals();
  const [index, name] = (args.program ?? '').split('@');
  const chosen = setups(name ?? args.setup);
  const shares = chosen.reduce((sum, { share }) => sum + share, 0);
  for (const setup of chosen) await phase(setup, Math.ceil(number('requests') * setup.share / shares), name && Number(index), totals, rules);
  report.print(totals, args.seed, args.covered?.split(','));
  process.exitCode = totals.differences > 0 ? 1 : 0;
}

main().then(() => process.exit(), error => {
  console.error(`parity: ${error.message}`);
  process.exit(2);
});
