#!/usr/bin/env node
'use strict';
// npm parse-server fills a database; `parsimony doctor` finds nothing wrong with it, while the server runs and after it.
//
//   node tests/parity/doctor.js --binary target/release/parsimony
//
// --port P     first of the two ports used (default 16280)
// Environment: as run.js
const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const { parseArgs } = require('node:util');
const path = require('node:path');
const { Peer } = require('./lib/peer');
const servers = require('./lib/servers');

const { values: args } = parseArgs({ options: {
  binary: { type: 'string', default: path.join(__dirname, '../../target/release/parsimony') }, port: { type: 'string', default: '16280' },
} });

async function ask(server, method, route, body, headers = { 'X-Parse-Master-Key': 'mk' }) {
  const all = { 'X-Parse-Application-Id': 'app', 'Content-Type': 'application/json', ...headers };
  const response = await fetch(server.url + route, { method, headers: all, body: body && JSON.stringify(body) });
  const answer = await response.json();
  assert.ok(response.status < 300, `${method} ${route}: ${JSON.stringify(answer)}`);
  return answer;
}

/** A bit of everything, and nothing wrong. */
async function fill(server) {
  const pointer = (className, objectId) => ({ __type: 'Pointer', className, objectId });
  const type = (name, targetClass) => ({ type: name, ...(targetClass && { targetClass }) });
  const fields = {
    title: type('String'), score: type('Number'), when: type('Date'), tags: type('Array'), meta: type('Object'), place: type('GeoPoint'),
    area: type('Polygon'), bytes: type('Bytes'), file: type('File'), on: type('Boolean'), author: type('Pointer', '_User'), likes: type('Relation', '_User'),
  };
  const classLevelPermissions = { find: { '*': true }, get: { '*': true }, create: { requiresAuthentication: true }, addField: {} };
  const indexes = { by_title: { title: 1 }, near: { place: '2d' }, words: { title: 'text' } };
  await ask(server, 'POST', '/schemas/Post', { className: 'Post', fields, classLevelPermissions, indexes });
  const ann = await ask(server, 'POST', '/users', { username: 'ann', password: 'x', email: 'ann@a.b' }, {});
  await ask(server, 'POST', '/users', { authData: { anonymous: { id: '1' } } }, {});
  await ask(server, 'POST', '/login', { username: 'ann', password: 'x' }, {});
  const user = pointer('_User', ann.objectId);
  const add = { __op: 'AddRelation', objects: [user] };
  await ask(server, 'POST', '/roles', { name: 'admins', users: add, ACL: {} });
  for (let score = 0; score < 20; score += 1) {
    await ask(server, 'POST', '/classes/Post', {
      title: `no. ${score}`, score, when: { __type: 'Date', iso: '2020-01-01T00:00:00.000Z' }, tags: [1, 'a', user], meta: { a: [{ b: null }] },
      place: { __type: 'GeoPoint', latitude: 1, longitude: 2 }, area: { __type: 'Polygon', coordinates: [[0, 0], [0, 1], [1, 1], [0, 0]] },
      bytes: { __type: 'Bytes', base64: 'aGk=' }, file: { __type: 'File', name: 'a.txt', url: 'http://x/a.txt' }, on: true, author: user, likes: add,
      ACL: { '*': { read: true } },
    });
  }
  await ask(server, 'POST', '/installations', { installationId: 'i', deviceType: 'ios', deviceToken: 'd', channels: ['a'] });
  await ask(server, 'POST', '/push_audiences', { name: 'a', query: '{}' });
  await ask(server, 'POST', '/hooks/functions', { functionName: 'f', url: 'http://127.0.0.1:1/' });
  await ask(server, 'PUT', '/config', { params: { a: { b: 1 } } });
}

function look(database) {
  const ran = spawnSync(path.resolve(args.binary), ['doctor', servers.uriOf(database), '--json'], { encoding: 'utf8' });
  const lines = ran.stdout.trim().split('\n').map(line => JSON.parse(line));
  assert.deepEqual(lines.filter(line => line.event === 'finding'), []);
  assert.equal(ran.status, 0, ran.stderr);
  return lines.find(line => line.event === 'done');
}

async function main() {
  const port = Number(args.port);
  const database = `doctor_${process.pid}`;
  const peer = await new Peer().start(port + 1);
  const theirs = await servers.oracle({ port, setup: { options: {} }, database, label: 'oracle', peer });
  try {
    await fill(theirs);
    look(database);
    await theirs.stop();
    console.log(`doctor: nothing is wrong with ${look(database).rows} rows of Parse Server`);
  } finally {
    await theirs.stop();
    peer.stop();
    await servers.drop(database);
  }
}

main().catch(error => { console.error(error); process.exit(1); });
