#!/usr/bin/env node
'use strict';
// A database that Parse Server has filled is copied by Parsimony, to SQLite and from there to MongoDB: served from either copy, every
// read is answered as Parse Server answers it on its own database, and the copy on MongoDB lies as the first one does.
//
//   node tests/parity/moved.js --binary target/release/parsimony
//
// --port P     first of the three ports used (default 16260)
// Environment: as run.js
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { script } = require('./gen/script');
const { compare } = require('./lib/compare');
const { Peer } = require('./lib/peer');
const raw = require('./lib/raw');
const { Side } = require('./lib/run-program');
const servers = require('./lib/servers');

const { values: args } = parseArgs({ options: {
  binary: { type: 'string', default: path.join(__dirname, '../../target/release/parsimony') }, port: { type: 'string', default: '16260' },
} });
const binary = path.resolve(args.binary);
const setup = { options: { cacheTTL: 1, restAPIKey: 'rk' } };
const problems = [];

async function main() {
  const port = Number(args.port);
  const peer = await new Peer().start(port + 2);
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'moved-'));
  const [first, second] = ['first', 'second'].map(name => `moved_${process.pid}_${name}`);
  const file = `sqlite:${path.join(home, 'copy.db')}`;
  const reads = script().filter(step => step.both);
  try {
    const oracle = () => servers.oracle({ port, setup, database: first, label: 'oracle', peer });
    const side = await using(oracle(), async theirs => {
      const filling = new Side(theirs, 'no such suffix');
      for (const step of script()) await filling.send(step);
      return filling;
    });
    // Which indexes there are it notes when it starts.
    const answers = await using(oracle(), theirs => all(side, theirs, reads));
    command('copy', '--from', servers.uriOf(first), '--to', file);
    command('copy', '--from', file, '--to', servers.uriOf(second));
    command('verify', servers.uriOf(first), servers.uriOf(second));
    command('verify', servers.uriOf(first), file);
    if (problems.length) throw new Error(problems.join('\n'));
    for (const [name, uri] of [['sqlite', file], ['mongodb', servers.uriOf(second)]]) {
      await using(servers.ours({ port: port + 1, setup, binary, peer, uri }), async ours => {
        const again = await all(side, ours, reads);
        answers.forEach((answer, at) => {
          if (compare(answer.step, shown(name, answer), shown(name, again[at]))) {
            problems.push(`${answer.step.id} ${answer.step.path} ${JSON.stringify(answer.step.query)}\n  theirs: ${answer.status} ${answer.text}\n  ${name}: ${again[at].status} ${again[at].text}`);
          }
        });
      });
    }
    const lies = database => servers.withDatabase(database, db => raw.read(db, servers.modules(), side.ids));
    const [theirs, ours] = [await lies(first), await lies(second)].map(database => raw.lasting(database, plain));
    problems.push(...raw.differences(theirs, ours));
    for (const problem of problems) console.log(problem);
    console.log(`moved: ${answers.length} reads from two copies, ${Object.values(theirs).reduce((sum, { documents }) => sum + documents.length, 0)} documents, ${problems.length} differences`);
  } finally {
    fs.rmSync(home, { recursive: true, force: true });
    for (const database of [first, second]) await servers.drop(database);
    peer.stop();
  }
  process.exitCode = problems.length ? 1 : 0;
}

/** A document as it moves. Columns that were added later stand behind the times in the first database and before them in a copy; a date
 * that an update has put below a column is stored as it was sent, and in a copy as a date; whole numbers beyond 32 bits may be long or double. */
function plain(document) {
  const dated = document.replace(/\{"\$number(?:Long|Double)":"(-?\d+)(?:\.0)?"\}/g, (all, digits, at, text) => (text.slice(0, at).endsWith('{"$date":') ? all : digits))
    .replace(/\{"__type":"Date","iso":"([^"]*)"\}/g, (_, iso) => `{"$date":{"$numberLong":"${Date.parse(iso)}"}}`);
  return Object.fromEntries(Object.entries(raw.fieldsOf(dated)).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** An answer as far as it must be the same. From MongoDB without the order of columns, of which those that were added later stand
 * elsewhere in a copy; from SQLite without what COMPAT.md says of it: its order of distinct values, the indexes of every start, which it does
 * not list, and nulls of pointers, which MongoDB does not find by `keys`. */
function shown(name, answer) {
  const kept = value => {
    if (Array.isArray(value)) return answer.step?.path.startsWith('/aggregate') && name === 'sqlite' ? value.map(kept).sort() : value.map(kept);
    if (!value || typeof value !== 'object') return value;
    const fields = Object.entries(value).filter(([key, inner]) => !raw.OWN_INDEX.test(key) && !(name === 'sqlite' && key === 'friend' && inner === null));
    const ordered = name === 'mongodb' ? fields.sort(([a], [b]) => (a < b ? -1 : 1)) : fields;
    return Object.fromEntries(ordered.map(([key, inner]) => [key, kept(inner)]).filter(([key, inner]) => key !== 'indexes' || Object.keys(inner).length));
  };
  const json = kept(JSON.parse(answer.text));
  return { ...answer, json, text: JSON.stringify(json) };
}

async function using(starting, use) {
  const server = await starting;
  try {
    return await use(server);
  } finally {
    await server.stop();
  }
}

async function all(side, server, steps) {
  side.server = server;
  const answers = [];
  for (const step of steps) answers.push({ step, ...await side.send(step) });
  return answers;
}

function command(...words) {
  const { status, stdout, stderr } = spawnSync(binary, words, { encoding: 'utf8' });
  if (status !== 0) problems.push(`parsimony ${words.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
}

main().then(() => process.exit(), error => {
  console.error(`moved: ${error.stack}`);
  process.exit(2);
});
