#!/usr/bin/env node
'use strict';
// Parse Server and Parsimony on one MongoDB database: the same script three times, with each step sent to the one and the other in
// turn, to Parse Server alone, and to Parsimony alone. Each must read what the other wrote, and all three databases must lie the same.
//
//   node tests/parity/side-by-side.js --binary target/release/parsimony
//
// --port P     first of the three ports used (default 16250)
// --show       prints every request and its answers
// --keep       leaves the databases behind
// --self       takes a second Parse Server for Parsimony; shows what it cannot tell twice alike
// Environment: as run.js
const { parseArgs } = require('node:util');
const path = require('node:path');
const { script } = require('./gen/script');
const { compare } = require('./lib/compare');
const { Peer } = require('./lib/peer');
const raw = require('./lib/raw');
const { Side } = require('./lib/run-program');
const servers = require('./lib/servers');

const { values: args } = parseArgs({ options: {
  binary: { type: 'string', default: path.join(__dirname, '../../target/release/parsimony') }, port: { type: 'string', default: '16250' },
  show: { type: 'boolean', default: false }, keep: { type: 'boolean', default: false }, self: { type: 'boolean', default: false },
} });

/** Who is asked in each run: a list that is gone through in turn. */
const RUNS = { both: ['oracle', 'ours'], theirs: ['oracle'], 'ours alone': ['ours'] };
// Each process reads the classes anew when they may have been changed by the other; who is logged in is not remembered.
const setup = { options: { cacheTTL: 1, restAPIKey: 'rk', databaseOptions: { schemaCacheTtl: 1 } } };
const problems = [];

async function main() {
  const port = Number(args.port);
  const peer = await new Peer().start(port + 2);
  const ends = {};
  for (const [name, turns] of Object.entries(RUNS)) {
    ends[name] = await run(name, turns, port, peer);
  }
  peer.stop();
  const [both, theirs, alone] = Object.values(ends);
  compareAnswers('theirs', theirs.answers, 'ours alone', alone.answers);
  compareAnswers('theirs', theirs.answers, 'both', both.answers);
  problems.push(...raw.differences(theirs.database, alone.database).map(line => `theirs / ours: ${line}`));
  problems.push(...raw.differences(theirs.database, both.database).map(line => `theirs / both: ${line}`));
  for (const problem of problems) console.log(problem);
  const documents = Object.values(both.database).reduce((sum, { documents }) => sum + documents.length, 0);
  console.log(`side by side: ${both.answers.length} steps, ${documents} documents in ${Object.keys(both.database).length} collections, ${problems.length} differences`);
  process.exitCode = problems.length ? 1 : 0;
}

/** The script, sent to those servers in turn; answers what they answered and how the database lies when one of them has been started again. */
async function run(name, turns, port, peer) {
  const database = `side_${process.pid}_${turns.join('_')}`;
  const theirs = (label, at) => servers.oracle({ port: at, setup, database, label, peer });
  const make = {
    oracle: () => theirs('oracle', port),
    ours: () => (args.self ? theirs('oracle2', port + 1) : servers.ours({ port: port + 1, setup, binary: args.binary, peer, database })),
  };
  try {
    const { answers, ids } = await using(turns.map(kind => make[kind]), started => send(name, started));
    await using([make[turns.at(-1)]], () => {});
    return { answers, database: await servers.withDatabase(database, db => raw.read(db, servers.modules(), ids)) };
  } finally {
    if (!args.keep) await servers.drop(database);
  }
}

async function using(makers, use) {
  const started = [];
  try {
    for (const make of makers) started.push(await make());
    return await use(started);
  } finally {
    await Promise.all(started.map(server => server.stop()));
  }
}

async function send(name, started) {
  const side = new Side(started[0], 'no such suffix');
  const answers = [];
  for (const [at, step] of script().entries()) {
    side.server = started[at % started.length];
    const answer = await side.send(step);
    if (args.show) console.log(name, side.server.label, step.method, step.path, JSON.stringify(step.body ?? step.query), answer.status, answer.text);
    if (answer.status >= 300) problems.push(`${name}: ${side.server.label} answered ${answer.status} ${answer.text} to ${step.id} ${step.method} ${step.path}`);
    if (step.both) {
      for (const other of started.filter(one => one !== side.server)) await readBack(side, other, step, answer);
    }
    answers.push({ step, ...answer });
  }
  return { answers, ids: side.ids };
}

/** The other server reads the same. */
async function readBack(side, other, step, answer) {
  const asked = side.server;
  side.server = other;
  const again = await side.send(step);
  if (again.status !== answer.status || again.text !== answer.text) {
    problems.push(`both: ${step.id} ${step.path} ${JSON.stringify(step.query)}\n  ${asked.label}: ${answer.text}\n  ${other.label}: ${again.text}`);
  }
}

function compareAnswers(nameA, a, nameB, b) {
  a.forEach((answer, at) => {
    const other = b[at];
    if (compare(answer.step, answer, other)) {
      problems.push(`${answer.step.id} ${answer.step.method} ${answer.step.path}\n  ${nameA}: ${answer.status} ${answer.text}\n  ${nameB}: ${other.status} ${other.text}`);
    }
  });
}

main().then(() => process.exit(), error => {
  console.error(`side-by-side: ${error.stack}`);
  process.exit(2);
});
