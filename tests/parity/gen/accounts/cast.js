'use strict';
// Who takes part in a program of accounts: three users, two roles, their tokens; and the class that is guarded, with rows.
const { pointer } = require('../values');

const PASSWORDS = ['pw-one', 'pw-two', 'pw-three'];

/** Makes the people first, as everything later names them. Ann is in no role, Bob in Staff, Cat in Board, to which Staff belongs. */
function populate(program) {
  const { rng } = program;
  Object.assign(program, { people: [], sessions: [], roles: [], roleNames: ['Staff§', 'Board§'], byOwner: rng.chance(0.3) });
  for (const name of ['ann', 'bob', 'cat']) signUp(program, name);
  const [, bob, cat] = program.people;
  const role = (name, more) => {
    program.roles.push(`‹${program.step({ area: 'roles', kind: 'populate', method: 'POST', path: '/roles', as: 'master', body: { name, ACL: { '*': { read: true } }, ...more } })}›`);
  };
  role('Staff§', { users: add([pointer('_User', bob.id)]) });
  role('Board§', { users: add([pointer('_User', cat.id)]), roles: add([pointer('_Role', program.roles[0])]) });
  if (rng.chance(0.8)) endSession(program, bob);
  require('./objects').populate(program);
}

/**
 * Where groups `userField:` may be, queries with keys are not sent: with keys that lack its column 9.10 forgets to show the
 * column to anybody from then on.
 */
function finish({ byOwner, steps }) {
  if (!byOwner) return;
  for (const { path, query } of steps) {
    if (!query || !/^\/classes\/[CD]/.test(path)) continue;
    delete query.keys;
    delete query.excludeKeys;
    // 9.10 looks at the owner of a relation by a query with keys.
    if (JSON.stringify(query.where ?? null).includes('$relatedTo')) query.where = { k: { $gt: 0 } };
  }
}

const add = objects => ({ __op: 'AddRelation', objects });

function signUp(program, name) {
  const { rng } = program;
  const password = rng.pick(PASSWORDS);
  const body = { username: `${name}§`, password, email: `${name}§@e.com`, nick: name, age: rng.int(1, 3), secret: `s${rng.int(1, 3)}`, tags: [name], info: { k: 1 } };
  const chosen = program.custom && rng.chance(0.6);
  if (chosen) body.objectId = `${name}Id§`;
  const step = program.step({ area: 'users', kind: 'populate', method: 'POST', path: '/users', as: 'client', body, installation: 'device-1' });
  const person = { name: `${name}§`, email: body.email, password, id: chosen ? body.objectId : `‹${step}›` };
  program.people.push(person);
  noteSession(program, person, step);
  return person;
}

/** Remembers the session that a step may have made. */
function noteSession(program, person, step) {
  program.sessions.push({ person, token: `‹${step}.token›`, id: `‹${step}.session›` });
}

/** A session of the person whose time is over. */
function endSession(program, person) {
  const step = program.step({ area: 'users', kind: 'populate', method: 'POST', path: '/login', as: 'client', body: { username: person.name, password: person.password }, installation: 'device-old' });
  program.step({ area: 'sessions', kind: 'populate', method: 'PUT', path: `/sessions/‹${step}.session›`, as: 'master', body: { expiresAt: { __type: 'Date', iso: '2020-01-01T00:00:00.000Z' } } });
  program.ended = `‹${step}.token›`;
}

/** A credential: everybody, with weight on those who may do something. */
function someone(program, rng) {
  return rng.weighted([
    [4, () => 'client'],
    [11, () => rng.pick(program.sessions.slice(0, 3)).token],
    [4, () => rng.pick(program.sessions).token],
    [3, () => 'master'],
    [1.2, () => 'readonly'],
    [1.2, () => 'maintenance'],
    [0.25, () => rng.pick(['nobody', 'keyless', 'wrongKey', 'wrongMaster'])],
    [0.25, () => rng.pick(['r:0123456789abcdef0123456789abcdef', 'r:', 'old-token', program.ended ?? 'r:none'])],
  ])();
}

const person = (program, rng) => rng.pick(program.people);
const userPointer = (program, rng) => pointer('_User', rng.chance(0.05) ? 'missing000' : person(program, rng).id);
const everyone = program => ({ $in: program.people.map(({ name }) => name) });

/** Somebody in an ACL or in permissions of a class. */
function entity(program, rng) {
  return rng.weighted([[3, () => '*'], [4, () => person(program, rng).id], [3, () => `role:${rng.pick(program.roleNames)}`], [0.3, () => 'missing000']])();
}

function acl(program, rng) {
  if (rng.chance(0.12)) return rng.pick([{}, null, { __op: 'Delete' }, { '*': {} }, { '*': { read: false } }, { '*unresolved': { read: true } }]);
  const entries = {};
  for (let i = rng.int(1, 3); i > 0; i -= 1) entries[entity(program, rng)] = rng.pick([{ read: true }, { write: true }, { read: true, write: true }, { read: true, write: true }, { read: true, write: false }]);
  return entries;
}

module.exports = { populate, finish, noteSession, someone, person, userPointer, everyone, entity, acl, add, PASSWORDS };
