#!/usr/bin/env node
'use strict';
// A database that Parse Server has filled is served by Parsimony as it lies: every read, by whomever, is answered as Parse Server answers it
// beside it. Then each column of each class is written by Parsimony, and by Parse Server in a copy: both read the same, and both lie the same.
//
//   node tests/parity/served.js --binary target/release/parsimony
//
// --port P     first of the five ports used (default 16290)
// --self       takes a second Parse Server for Parsimony; shows what it cannot tell twice alike
// --keep       leaves the databases behind
// --thorough   asks and writes all that it can think of, some minutes long, not a part of it
// Environment: as run.js
const { parseArgs } = require('node:util');
const path = require('node:path');
const { filling, older } = require('./gen/filling');
const { others, reads } = require('./gen/reads');
const { script } = require('./gen/script');
const { writes } = require('./gen/writes');
const { compare } = require('./lib/compare');
const known = require('./lib/known');
const { Peer } = require('./lib/peer');
const { Providers } = require('./lib/providers');
const raw = require('./lib/raw');
const { Side } = require('./lib/run-program');
const servers = require('./lib/servers');

const { values: args } = parseArgs({ options: {
  binary: { type: 'string', default: path.join(__dirname, '../../target/release/parsimony') }, port: { type: 'string', default: '16290' },
  self: { type: 'boolean', default: false }, keep: { type: 'boolean', default: false }, thorough: { type: 'boolean', default: false },
} });

const OPTIONS = {
  cacheTTL: 1, restAPIKey: 'rk', readOnlyMasterKey: 'ro', maintenanceKey: 'mt', appName: 'App', verifyUserEmails: true, emailVerifyTokenValidityDuration: 3600,
  passwordPolicy: { maxPasswordHistory: 2, maxPasswordAge: 30, resetTokenValidityDuration: 3600 }, accountLockout: { duration: 5, threshold: 2 },
  idempotencyOptions: { paths: ['classes/Once'], ttl: 600 }, databaseOptions: { schemaCacheTtl: 1 },
};
/** Every how many-th request is sent. */
const STRIDE = args.thorough ? 1 : 23;
/** Rows of a class that are written. */
const WRITTEN = args.thorough ? 3 : 1;
/** After every how many-th write the row is read. */
const READ_EACH = args.thorough ? 1 : 4;
/** Requests on their way at a time, to each server. */
const AT_ONCE = 8;
/** What COMPAT.md says of what is asked here; other rules would cover too much. */
const KNOWN = ['trap-500', 'distinct-lists-in-lists'];
const rules = known.load().filter(({ id }) => KNOWN.includes(id));
const problems = [];

async function main() {
  const port = Number(args.port);
  const peer = await new Peer().start(port + 2);
  const providers = new Providers(port + 4);
  await providers.start();
  const setup = { options: OPTIONS, mails: true, auth: providers.options() };
  const app = path.join(__dirname, 'lib/app.js');
  const whole = { ...setup, options: { ...OPTIONS, cloud: app, push: { adapter: app }, scheduledPush: true } };
  const [first, copy] = ['first', 'copy'].map(name => `served_${process.pid}_${name}`);
  const running = [];
  const start = async starting => {
    const server = Object.assign(await starting, { peer, providers });
    running.push(server);
    return server;
  };
  try {
    const theirs = await start(servers.oracle({ port, setup: whole, database: first, label: 'oracle', peer }));
    const side = new Side(theirs, 'no such suffix');
    const starting = start(args.self ? servers.oracle({ port: port + 1, setup, database: first, label: 'ours', peer }) : servers.ours({ port: port + 1, setup, binary: args.binary, peer, database: first }));
    const { steps, readers } = filling();
    for (const step of [...script().filter(({ both }) => !both), ...steps]) await fill(side, step);
    await servers.withDatabase(first, age);
    const ours = await starting;
    const classes = await everything(side, readers);
    const asked = await read(side, [theirs, ours], classes, readers);
    await servers.withDatabase(first, db => duplicate(db, copy));
    const beside = await start(servers.oracle({ port: port + 3, setup, database: copy, label: 'beside', peer }));
    const written = await write(side, { theirs, ours, beside }, classes);
    const lies = database => servers.withDatabase(database, db => raw.read(db, servers.modules(), side.ids));
    problems.push(...raw.differences(...[await lies(copy), await lies(first)].map(database => raw.lasting(database, raw.fieldsOf))));
    for (const problem of problems) console.log(problem);
    console.log(`served: ${asked} reads, ${written} writes in ${classes.length} classes, ${problems.length} differences`);
  } finally {
    await Promise.all(running.map(server => server.stop()));
    if (!args.keep) for (const database of [first, copy]) await servers.drop(database);
    providers.stop();
    peer.stop();
  }
  process.exitCode = problems.length ? 1 : 0;
}

async function fill(side, step) {
  const { status, text } = await side.send(step);
  if (status >= 300 !== Boolean(step.fails)) throw new Error(`${step.id} ${step.method} ${step.path}: ${status} ${text}`);
}

/** Puts what older versions wrote beside what is there; waits for pushes and jobs, which end after they were answered. */
async function age(db) {
  const modules = servers.modules();
  const { _hashed_password: password } = await db.collection('_User').findOne({ username: 'ann' });
  for (const [name, documents] of Object.entries(older(require(path.join(modules, 'bson')), password))) await db.collection(name).insertMany(documents);
  await db.collection('Indexed').createIndex({ code: 1 }, { unique: true });
  await db.collection('Indexed').createIndex({ _created_at: -1, code: 1 }, { name: 'recent', sparse: true });
  const ended = async () => await db.collection('_PushStatus').countDocuments({ status: 'running' }) + await db.collection('_JobStatus').countDocuments({ status: 'running' }) === 0;
  for (let i = 0; i < 50 && !await ended(); i += 1) await new Promise(done => { setTimeout(done, 100); });
}

/** All classes with their fields and rows, as the master key sees them. */
async function everything(side) {
  const ask = async (path_, as = 'mk') => JSON.parse((await side.asMaster('GET', path_, undefined, as)).text).results;
  const classes = await ask('/schemas');
  for (const one of classes) one.rows = await ask(`/classes/${one.className}?limit=1000&order=objectId`);
  return classes;
}

/** A read is sent to both servers; answers how many there were. */
async function read(side, pair, classes, readers) {
  const steps = others(classes.map(({ className }) => className), readers);
  for (const one of classes) {
    for (const as of ['master', 'readonly', 'maintenance', 'client', ...readers]) steps.push(...reads(one, one.rows, as, ['master', readers[0]].includes(as)));
  }
  const sent = steps.filter((_, i) => i % STRIDE === 0);
  let at = 0;
  const next = async () => {
    for (let i = at++; i < sent.length; i = at++) await same(side, pair, sent[i]);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
  return sent.length;
}

/** Sends a step to two servers; they must answer alike. */
async function same(side, [a, b], step) {
  // Both look at the same ids; what they read of times is the same, too.
  const own = server => Object.assign(Object.create(side), { server, ids: new Map(), from: step.area === 'read' ? Infinity : Date.now() });
  const [theirs, ours] = await Promise.all([a, b].map(server => own(server).send(step)));
  const difference = compare(step, shown(step, theirs), shown(step, ours));
  if (!difference || known.find(rules, step, difference, theirs, ours)) return;
  problems.push(`${step.as} ${step.method} ${step.path} ${JSON.stringify(step.query ?? step.body)}: ${difference.type} ${difference.what}\n  ${a.label}: ${theirs.status} ${theirs.text}\n  ${b.label}: ${ours.status} ${ours.text}`);
}

/** A class without the indexes that a start makes, which COMPAT.md says are not listed. */
function shown({ path: asked }, answer) {
  if (!asked.startsWith('/schemas')) return answer;
  const others = indexes => Object.fromEntries(Object.entries(indexes).filter(([name]) => !raw.OWN_INDEX.test(name)));
  const kept = (key, value) => (key !== 'indexes' ? value : Object.keys(others(value)).length ? others(value) : undefined);
  return { ...answer, text: JSON.stringify(JSON.parse(answer.text), kept) };
}

async function write(side, { theirs, ours, beside }, classes) {
  let count = 0;
  const someId = className => classes.find(one => one.className === className)?.rows.at(-1)?.objectId ?? 'nobody0000';
  for (const one of classes) {
    for (const row of one.rows.slice(0, WRITTEN)) {
      const steps = writes(one, row, someId).filter((_, i, all) => args.thorough || i % 2 === 0 || i === all.length - 1);
      for (const step of steps) {
        await same(side, [beside, ours], step);
        if (count % READ_EACH === 0) await same(side, [theirs, ours], { ...step, method: 'GET', body: undefined });
        count += 1;
      }
    }
  }
  return count;
}

/** Copies a database as it lies. */
async function duplicate(db, name) {
  const other = db.client.db(name);
  for (const { name: collection } of await db.listCollections().toArray()) {
    const documents = await db.collection(collection).find({}, { promoteValues: false, promoteLongs: false }).toArray();
    if (documents.length) await other.collection(collection).insertMany(documents);
    for (const { key, v, ns, ...options } of await db.collection(collection).indexes()) if (options.name !== '_id_') await other.collection(collection).createIndex(key, options);
  }
}

main().then(() => process.exit(), error => {
  console.error(`served: ${error.stack}`);
  process.exit(2);
});
