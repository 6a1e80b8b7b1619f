'use strict';
// Installations: one row for each app on each device. Few ids and tokens, so that saves meet each other's rows.

const ids = ['i1§', 'i2§', 'I1§', 'i3§'];
const tokens = ['t1§', 't2§', 'T1§', 't3§'];
const types = ['ios', 'android'];

function add(program) {
  const { rng } = program;
  program.installations ??= [];
  rng.weighted([[8, create], [6, update], [5, list], [2, get], [1, remove], [1, wrong], [1, batch]])(program, rng);
}

function fields(rng, odds) {
  const body = {};
  if (rng.chance(odds)) body.installationId = rng.pick(ids);
  if (rng.chance(odds)) body.deviceToken = rng.pick(tokens);
  if (rng.chance(odds)) body.deviceType = rng.pick(types);
  if (rng.chance(0.2)) body.appIdentifier = rng.pick(['app.a', 'app.b']);
  if (rng.chance(0.3)) body.badge = rng.pick([0, 5, { __op: 'Increment', amount: 1 }]);
  if (rng.chance(0.2)) body.channels = rng.pick([['a'], [], { __op: 'AddUnique', objects: ['b'] }, { __op: 'Remove', objects: ['a'] }]);
  if (rng.chance(0.1)) body.ACL = rng.pick([{ '*': { read: true } }, { '*': { read: true, write: true } }, {}]);
  return body;
}

/** The installation that sends a request, now and then. */
function sender(rng) {
  return rng.chance(0.2) ? { headers: { 'X-Parse-Installation-Id': rng.pick(ids) } } : {};
}

const step = (program, rng, kind, method, path, more = {}) =>
  program.step({ area: 'installations', kind, method, path, ...(rng.chance(0.25) ? { master: true } : {}), ...sender(rng), ...more });

function create(program, rng) {
  const body = fields(rng, 0.75);
  let id = null;
  if (program.custom && rng.chance(0.7)) {
    program.made += 1;
    id = body.objectId = `o${program.made}§`;
  }
  const made = step(program, rng, 'create', 'POST', rng.pick(['/installations', '/classes/_Installation']), { body });
  program.installations.push(id ?? `‹${made}›`);
}

const known = (program, rng) => (program.installations.length && rng.chance(0.95) ? rng.pick(program.installations) : 'missing000');

/** Of an update 9.10 heeds the installation that sends it more than the one that it names. */
const NOBODY = { headers: undefined };

function update(program, rng) {
  step(program, rng, 'update', 'PUT', `/installations/${known(program, rng)}`, { body: fields(rng, 0.4), ...NOBODY });
}

function list(program, rng) {
  const where = { $or: [{ installationId: { $in: ['i1§', 'i2§', 'i3§'] } }, { deviceToken: { $in: tokens } }] };
  const query = { where, ...(rng.chance(0.3) ? { keys: 'installationId,deviceToken,deviceType' } : {}), ...(rng.chance(0.2) ? { count: 1 } : {}) };
  program.step({ area: 'installations', kind: 'find', method: 'GET', path: '/installations', query, unordered: 'results', master: rng.chance(0.9) });
}

function get(program, rng) {
  step(program, rng, 'get', 'GET', `/installations/${known(program, rng)}`);
}

function remove(program, rng) {
  step(program, rng, 'delete', 'DELETE', `/installations/${known(program, rng)}`);
}

function wrong(program, rng) {
  const body = { deviceType: 'ios', ...rng.pick([{ deviceToken: 5 }, { deviceToken: { $ne: 'x' } }, { deviceToken: ['a'] }, { deviceToken: { __op: 'Delete' } },
    { deviceToken: null, installationId: 'i4§' }, { installationId: '', deviceToken: '' }, { installationId: 'i5§', deviceType: 5 }, { installationId: 'i6§', badge: 'x' },
    { installationId: 'i7§', channels: 'a' }, { installationId: 'i8§', deviceType: null }]) };
  if (rng.chance(0.5)) step(program, rng, 'wrong', 'POST', '/installations', { body });
  else step(program, rng, 'wrong', 'PUT', `/installations/${known(program, rng)}`, { body, ...NOBODY });
}

/** A batch runs its requests at the same time, on both servers: only what cannot race is in it. */
function batch(program, rng) {
  const request = n => ({ method: 'POST', path: '/parse/installations', body: { installationId: `b${n}§`, deviceType: 'ios', badge: n } });
  step(program, rng, 'batch', 'POST', '/batch', { body: { requests: [request(1), request(2), { method: 'GET', path: `/parse/installations/${known(program, rng)}` }] } });
}

module.exports = { add };
