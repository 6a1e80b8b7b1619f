'use strict';
// Permissions of classes: of the guarded one mostly, now and then of users, roles and sessions.
const cast = require('./cast');

const OPS = ['find', 'get', 'count', 'create', 'update', 'delete', 'addField'];

function add(program) {
  const { rng } = program;
  rng.weighted([[10, guard], [1.5, system], [1.5, read], [1, other]])(program, rng);
}

const step = (program, kind, more) => program.step({ area: 'clp', kind, ...more });
const asked = (program, rng) => (rng.chance(0.85) ? 'master' : cast.someone(program, rng));

/** One operation: nobody, everybody, some, or those a pointer names. */
function operation(program, rng, columns) {
  return rng.weighted([
    [5, () => ({ '*': true })],
    [2, () => ({ requiresAuthentication: true })],
    [3, () => ({ [cast.entity(program, rng)]: true })],
    [2, () => ({ [cast.entity(program, rng)]: true, [cast.entity(program, rng)]: true })],
    [2, () => ({})],
    [columns.length ? 2.5 : 0, () => ({ pointerFields: rng.subset(columns, 0.7) })],
    [columns.length ? 1 : 0, () => ({ requiresAuthentication: true, pointerFields: [rng.pick(columns)] })],
  ])();
}

function protectedFields(program, rng, columns, fields) {
  const groups = ['*', 'authenticated', `role:${rng.pick(program.roleNames)}`, cast.person(program, rng).id, ...(program.byOwner ? columns.map(name => `userField:${name}`) : [])];
  return Object.fromEntries(rng.subset(groups, 0.5).map(group => [group, rng.subset(fields, 0.4)]));
}

function permissions(program, rng, columns, fields) {
  const made = {};
  // An operation that is left out is denied, once there are permissions at all.
  for (const op of OPS) if (rng.chance(0.9)) made[op] = rng.chance(0.45) ? { '*': true } : operation(program, rng, columns);
  if (columns.length && rng.chance(0.25)) made.readUserFields = rng.subset(columns, 0.7);
  if (columns.length && rng.chance(0.25)) made.writeUserFields = rng.subset(columns, 0.7);
  if (rng.chance(0.6)) made.protectedFields = protectedFields(program, rng, columns, fields);
  if (rng.chance(0.2)) made.ACL = rng.pick([{ '*': { read: true } }, { currentUser: { read: true, write: true } }, { currentUser: { read: true, write: true }, 'role:Staff§': { read: true } }, { '*': { read: true, write: true } }, {}]);
  return made;
}

const wrong = (program, rng) => rng.pick([{ find: { '*': false } }, { find: { 'bad key': true } }, { nope: {} }, { find: 1 }, { readUserFields: ['zz'] }, { readUserFields: 'owner' }, { find: { pointerFields: ['v'] } }, { find: { pointerFields: 5 } },
  { protectedFields: { '*': ['zz'] } }, { protectedFields: { '*': ['objectId'] } }, { protectedFields: { 'bad key': ['s'] } }, { protectedFields: { 'userField:zz': ['s'] } }, { protectedFields: { 'userField:v': ['s'] } }, { protectedFields: { '*': 's' } }, { ACL: { '*': 1 } }, { ACL: { '*': { nope: true } } }, { find: { requiresAuthentication: false } },
  { find: { 'role:': true } }, { find: null }, null, {}, { addField: { pointerFields: ['owner'] } }, { protectedFields: {} }, { create: { pointerFields: ['owner'] } }]);

function guard(program, rng) {
  const classLevelPermissions = rng.chance(0.88) ? permissions(program, rng, ['owner', 'team'], ['secret', 's', 'info', 'owner', 'v', 'team']) : wrong(program, rng);
  step(program, 'guard', { method: 'PUT', path: '/schemas/C§', as: asked(program, rng), body: { classLevelPermissions } });
}

/** Classes that all programs share: they are opened again at the end. */
function system(program, rng) {
  const [name, fields] = rng.pick([['_User', ['nick', 'secret', 'age', 'tags', 'email', 'username']], ['_User', ['nick', 'info', 'secret']], ['_Role', ['name', 'users']], ['_Session', ['foo', 'installationId']]]);
  const classLevelPermissions = permissions(program, rng, [], fields);
  // 9.10 makes the session that these then refuse.
  if (name === '_Session') Object.assign(classLevelPermissions, { create: { '*': true }, addField: { '*': true } });
  step(program, 'system', { method: 'PUT', path: `/schemas/${name}`, as: 'master', body: { classLevelPermissions } });
}

function read(program, rng) {
  step(program, 'read', { method: 'GET', path: '/schemas/C§', as: asked(program, rng) });
}

/** A class that is made with its permissions, and used at once. */
function other(program, rng) {
  const name = `D${rng.int(1, 2)}§`;
  if (rng.chance(0.5)) return step(program, 'create', { method: 'POST', path: `/schemas/${name}`, as: asked(program, rng), body: { fields: { owner: { type: 'Pointer', targetClass: '_User' }, s: { type: 'String' } }, classLevelPermissions: permissions(program, rng, ['owner'], ['s']) } });
  const as = cast.someone(program, rng);
  if (rng.chance(0.6)) return program.create('clp', name, { s: 'x', ...(rng.chance(0.3) ? { owner: cast.userPointer(program, rng) } : {}), ...(rng.chance(0.2) ? { new1: 1 } : {}) }, { as });
  return step(program, 'use', { method: 'GET', path: `/classes/${name}`, as, query: rng.chance(0.3) ? { where: { s: 'x' } } : {}, unordered: 'results' });
}

module.exports = { add };
