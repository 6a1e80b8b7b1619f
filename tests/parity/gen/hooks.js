'use strict';
// Functions and triggers by webhook: declared, called, refused, changed; after every request, what the webhooks were asked.
// New columns of an update stand in MongoDB's order where they are shown: there keys may come in any order.
const { pointer } = require('./values');

const SAVES = ['nothing', 'nothing', 'set', 'set', 'only', 'operations', 'refuse', 'coded', 'wordless', 'denied', 'mistyped', 'named', 'no-json', 'broken', 'moved'];
const AFTER = ['nothing', 'nothing', 'number', 'own', 'refuse', 'no-json'];
const GUARDS = ['nothing', 'nothing', 'number', 'refuse', 'coded', 'broken'];
const FINDS = ['nothing', 'nothing', 'number', 'empty', 'refuse', 'coded'];
const CALLS = ['nothing', 'echo', 'echo', 'number', 'list', 'date', 'own', 'refuse', 'coded', 'wordless', 'no-json', 'broken', 'moved'];
const TRIGGERS = { beforeSave: SAVES, afterSave: AFTER, beforeDelete: GUARDS, afterDelete: GUARDS, beforeFind: FINDS, afterFind: ['nothing', 'nothing', 'refuse', 'coded'] };
const LOGINS = { beforeLogin: GUARDS, afterLogin: GUARDS };

const someone = rng => rng.weighted([[6, () => 'client'], [3, () => '‹s0.token›'], [2, () => 'master']])();
const context = rng => (rng.chance(0.15) ? { headers: { 'X-Parse-Cloud-Context': JSON.stringify({ k: rng.int(1, 2) }) } } : {});

function populate(program) {
  const { rng } = program;
  program.rows['H§'] = [];
  program.declared = [];
  program.step({ area: 'hooks', kind: 'populate', method: 'POST', path: '/users', as: 'client', body: { username: 'ann§', password: 'pw' }, installation: 'device-1' });
  const fields = { n: { type: 'Number' }, s: { type: 'String' }, z: { type: 'Number' }, added: { type: 'Number' }, d: { type: 'Date' }, o: { type: 'Object' }, l: { type: 'Array' }, p: { type: 'Pointer', targetClass: 'H§' } };
  program.step({ area: 'hooks', kind: 'populate', method: 'POST', path: '/schemas/H§', as: 'master', body: { fields } });
  for (let i = rng.int(2, 3); i > 0; i -= 1) program.create('hooks', 'H§', row(program, rng), { as: 'master' });
  for (let i = rng.int(2, 4); i > 0; i -= 1) declare(program, rng);
}

function row(program, rng) {
  const made = {
    n: () => rng.int(0, 4), s: () => rng.pick(['a', 'b', '']), d: () => ({ __type: 'Date', iso: '2021-02-03T04:05:06.789Z' }), o: () => ({ k: rng.int(1, 2), in: { x: [1] } }),
    l: () => rng.some(rng.int(0, 2), () => rng.int(0, 9)), p: () => pointer('H§', program.someId(rng, 'H§')),
  };
  return Object.fromEntries(Object.keys(made).filter(() => rng.chance(0.5)).map(name => [name, made[name]()]));
}

function add(program) {
  const { rng } = program;
  const act = rng.weighted([[8, create], [8, update], [3, remove], [6, find], [4, get], [2, count], [10, call], [3, login], [2, batch], [3, declare], [2, manage]]);
  act(program, rng);
  program.step({ area: 'hooks', kind: 'asked', method: 'GET', path: '(asked)', peer: 'hooks', lax: 'keys' });
}

const step = (program, kind, more) => program.step({ area: 'hooks', kind, as: someone(program.rng), ...context(program.rng), ...more });

function declare(program, rng) {
  if (rng.chance(0.3)) {
    const functionName = `f${rng.int(1, 4)}§`;
    program.step({ area: 'hooks', kind: 'declare', method: 'POST', path: '/hooks/functions', as: 'master', body: { functionName, url: `‹peer›/${rng.pick(CALLS)}` } });
    return;
  }
  const ofUsers = rng.chance(0.15);
  const triggerName = rng.pick(Object.keys(ofUsers ? LOGINS : TRIGGERS));
  const url = `‹peer›/${rng.pick((ofUsers ? LOGINS : TRIGGERS)[triggerName])}`;
  program.step({ area: 'hooks', kind: 'declare', method: 'POST', path: '/hooks/triggers', as: 'master', body: { className: ofUsers ? '_User' : 'H§', triggerName, url } });
}

function create(program, rng) {
  program.create('hooks', 'H§', row(program, rng), { as: someone(rng), ...context(rng) });
}

function update(program, rng) {
  const body = rng.weighted([
    [5, () => row(program, rng)],
    [2, () => ({ n: { __op: 'Increment', amount: 1 } })],
    [1, () => ({ s: { __op: 'Delete' } })],
    [1, () => ({ l: { __op: 'Add', objects: [7] } })],
    [1, () => ({})],
  ])();
  step(program, 'update', { method: 'PUT', path: `/classes/H§/${program.someId(rng, 'H§')}`, body });
}

function remove(program, rng) {
  step(program, 'delete', { method: 'DELETE', path: `/classes/H§/${program.someId(rng, 'H§')}` });
}

function find(program, rng) {
  const query = { where: rng.pick([{}, { n: { $gt: 1 } }, { s: 'a' }, { p: { $exists: true } }]), order: 'createdAt' };
  if (rng.chance(0.3)) query.limit = rng.pick([1, 2]);
  if (rng.chance(0.2)) query.keys = rng.pick(['n', 'n,s']);
  step(program, 'find', { method: 'GET', path: '/classes/H§', query, lax: 'keys' });
}

function get(program, rng) {
  step(program, 'get', { method: 'GET', path: `/classes/H§/${program.someId(rng, 'H§')}`, lax: 'keys' });
}

function count(program) {
  step(program, 'count', { method: 'GET', path: '/classes/H§', query: { where: { n: { $gt: -1 } }, count: 1, limit: 0 } });
}

function call(program, rng) {
  const body = rng.pick([{}, { a: 1 }, { d: { __type: 'Date', iso: '2020-01-01T00:00:00.000Z' } }, { p: pointer('H§', 'x1') }, { l: [1, { b: [null, true] }] }, { t: 'text', o: { __type: 'GeoPoint', latitude: 1, longitude: 2 } }]);
  step(program, 'call', { method: 'POST', path: `/functions/f${rng.int(1, 4)}§`, body, ...(rng.chance(0.2) ? { query: { q: '1' } } : {}), ...(rng.chance(0.3) ? { installation: 'device-1' } : {}) });
}

function login(program, rng) {
  step(program, 'login', { method: 'POST', path: '/login', as: 'client', body: { username: 'ann§', password: rng.chance(0.8) ? 'pw' : 'no' } });
}

function batch(program, rng) {
  const requests = rng.some(rng.int(1, 3), () => ({ method: 'POST', path: '/parse/classes/H§', body: row(program, rng) }));
  // Of several at once nobody knows which comes first.
  step(program, 'batch', { method: 'POST', path: '/batch', body: { requests: requests.slice(0, 1) } });
}

function manage(program, rng) {
  const triggerName = rng.pick(Object.keys(TRIGGERS));
  const at = rng.pick([`/hooks/triggers/H§/${triggerName}`, `/hooks/functions/f${rng.int(1, 4)}§`]);
  const request = rng.pick([
    { method: 'GET' },
    { method: 'PUT', body: { url: `‹peer›/${rng.pick(['nothing', 'refuse'])}` } },
    { method: 'PUT', body: { __op: 'Delete' } },
    { method: 'PUT', body: {} },
  ]);
  program.step({ area: 'hooks', kind: 'manage', path: at, as: rng.chance(0.9) ? 'master' : 'client', ...request });
}

module.exports = { add, populate };
