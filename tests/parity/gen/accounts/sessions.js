'use strict';
// Sessions: every route, as their owner, as others; fields that are not to be set.
const cast = require('./cast');
const { pointer } = require('../values');

function add(program) {
  const { rng } = program;
  rng.weighted([[3, mine], [4, find], [3, get], [3, create], [4, update], [1.5, remove]])(program, rng);
}

const step = (program, kind, more) => program.step({ area: 'sessions', kind, ...more });
const path = rng => rng.pick(['/sessions', '/sessions', '/classes/_Session']);
const some = (program, rng) => (rng.chance(0.04) ? 'missing000' : rng.pick(program.sessions).id);
const ownerOr = (program, rng, session) => (rng.chance(0.5) ? session.token : cast.someone(program, rng));

function mine(program, rng) {
  step(program, 'me', { method: rng.chance(0.9) ? 'GET' : rng.pick(['PUT', 'DELETE']), path: '/sessions/me', as: cast.someone(program, rng), query: rng.chance(0.1) ? { include: 'user' } : {} });
}

function find(program, rng) {
  const people = program.people.map(({ id }) => pointer('_User', id));
  // Only the owner's sessions are seen without the master key, those of the whole run with it.
  const where = { $and: [{ user: { $in: people } }], ...(rng.chance(0.5) ? rng.pick([{ sessionToken: rng.pick(program.sessions).token }, { 'createdWith.action': 'login' }, { installationId: 'device-1' }, { user: people[0] }, { user: { $ne: people[0] } }, { restricted: true },
    { objectId: rng.pick(program.sessions).id }, { expiresAt: { $exists: true } }, { $or: [{ user: people[0] }, { user: people[1] }] }]) : {}) };
  const query = { where: Object.keys(where).length > 1 ? where : where.$and[0] };
  if (rng.chance(0.2)) query.include = 'user';
  if (rng.chance(0.2)) query.keys = rng.pick(['sessionToken', 'user', 'createdWith', 'installationId', 'foo']);
  if (rng.chance(0.2)) query.count = 1;
  step(program, 'find', { method: 'GET', path: path(rng), as: cast.someone(program, rng), query, unordered: 'results' });
}

function get(program, rng) {
  const session = rng.pick(program.sessions);
  step(program, 'get', { method: 'GET', path: `${path(rng)}/${session.id}`, as: ownerOr(program, rng, session), query: rng.chance(0.2) ? { include: 'user' } : {} });
}

function fields(program, rng) {
  const past = { __type: 'Date', iso: '2020-01-01T00:00:00.000Z' };
  return rng.weighted([
    [3, () => ({ foo: rng.int(1, 3) })],
    [1, () => ({})],
    [4, () => rng.pick([{ user: cast.userPointer(program, rng) }, { user: cast.userPointer(program, rng), foo: 1 }, { sessionToken: 'r:own' }, { installationId: 'device-3' }, { expiresAt: past }, { createdWith: { action: 'own' } }, { restricted: true },
      { ACL: cast.acl(program, rng) }, { user: null }, { user: 'x' }, { sessionToken: null }, { expiresAt: '2020-01-01T00:00:00.000Z' }, { foo: 'text' }, { createdAt: '2020-01-01T00:00:00.000Z' }, { updatedAt: 'x' }, { user: { __op: 'Delete' } }, { createdWith: null }])],
  ])();
}

function create(program, rng) {
  const session = rng.pick(program.sessions);
  const body = fields(program, rng);
  // 9.10 makes the session, then refuses it: what the server decides must fit all the same.
  for (const key of ['user', 'expiresAt']) if (typeof body[key] === 'string') delete body[key];
  const installation = rng.chance(0.5) ? { installation: rng.pick(['device-1', 'device-2']) } : {};
  const made = step(program, 'create', { method: 'POST', path: path(rng), as: ownerOr(program, rng, session), body, ...installation });
  program.sessions.push({ person: session.person, token: `‹${made}.token›`, id: `‹${made}›` });
}

function update(program, rng) {
  const session = rng.pick(program.sessions);
  step(program, 'update', { method: 'PUT', path: `${path(rng)}/${session.id}`, as: ownerOr(program, rng, session), body: fields(program, rng) });
}

function remove(program, rng) {
  step(program, 'delete', { method: 'DELETE', path: `${path(rng)}/${some(program, rng)}`, as: cast.someone(program, rng) });
}

module.exports = { add };
