#!/usr/bin/env node
'use strict';
// Parse Server and Parsimony on one MongoDB database: what Parse Server changes (classes, columns, permissions, webhooks) counts in
// Parsimony without a restart, although Parse Server tells nobody.
//
//   node tests/parity/elsewhere.js --binary target/release/parsimony
//
// --port P     first of the three ports used (default 16270)
// Environment: as run.js
const assert = require('node:assert/strict');
const { parseArgs } = require('node:util');
const path = require('node:path');
const { Peer } = require('./lib/peer');
const servers = require('./lib/servers');

const { values: args } = parseArgs({ options: {
  binary: { type: 'string', default: path.join(__dirname, '../../target/release/parsimony') }, port: { type: 'string', default: '16270' },
} });
/** Longest wait for what is seen by looking every few seconds, ms. */
const LIMIT = 10_000;

async function ask(server, method, route, body, master = true) {
  const headers = { 'X-Parse-Application-Id': 'app', 'Content-Type': 'application/json', ...(master ? { 'X-Parse-Master-Key': 'mk' } : { 'X-Parse-REST-API-Key': 'rk' }) };
  const response = await fetch(server.url + route, { method, headers, body: body && JSON.stringify(body) });
  return { status: response.status, body: await response.json() };
}

async function until(what, done) {
  for (const end = Date.now() + LIMIT; !(await done());) {
    assert.ok(Date.now() < end, what);
    await new Promise(resolve => setTimeout(resolve, 100));
  }
}

async function main() {
  const port = Number(args.port);
  const database = `elsewhere_${process.pid}`;
  const peer = await new Peer().start(port + 2);
  const setup = { options: { restAPIKey: 'rk' } };
  const theirs = await servers.oracle({ port, setup, database, label: 'oracle', peer });
  const ours = await servers.ours({ port: port + 1, setup, binary: args.binary, peer, database });
  try {
    const target = await ask(theirs, 'POST', '/classes/Target', { n: 1 });
    const pointer = { __type: 'Pointer', className: 'Target', objectId: target.body.objectId };
    for (const column of ['p', 'q']) {
      await ask(theirs, 'POST', '/classes/Made', { [column]: pointer });
      const found = await ask(ours, 'GET', `/classes/Made?where=${encodeURIComponent(JSON.stringify({ [column]: pointer }))}`);
      assert.equal(found.body.results?.length, 1, `a column of a class that Parse Server made: ${JSON.stringify(found)}`);
    }
    await ask(theirs, 'PUT', '/schemas/Made', { classLevelPermissions: { find: {} } });
    await until('permissions', async () => (await ask(ours, 'GET', '/classes/Made', undefined, false)).body.code === 119);
    await ask(theirs, 'POST', '/hooks/functions', { functionName: 'hello', url: 'http://127.0.0.1:1/' });
    await until('a webhook', async () => (await ask(ours, 'POST', '/functions/hello', {})).body.error !== 'Invalid function: "hello"');
    const both = await ask(theirs, 'GET', '/schemas/Made');
    assert.deepEqual((await ask(ours, 'GET', '/schemas/Made')).body.fields, both.body.fields);
    console.log('elsewhere: all of it is seen');
  } finally {
    await Promise.all([theirs.stop(), ours.stop()]);
    peer.stop();
    await servers.drop(database);
  }
}

main().catch(error => {
  console.error(error);
  process.exitCode = 1;
});
