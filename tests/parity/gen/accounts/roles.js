'use strict';
// Roles: who makes them, what they are called, who belongs to them.
const cast = require('./cast');
const { pointer } = require('../values');

function add(program) {
  const { rng } = program;
  rng.weighted([[3, create], [4, find], [2, get], [6, update], [0.7, remove], [3, members]])(program, rng);
}

const step = (program, kind, more) => program.step({ area: 'roles', kind, ...more });
const path = rng => rng.pick(['/roles', '/roles', '/classes/_Role']);
const some = (program, rng) => (rng.chance(0.04) ? 'missing000' : rng.pick(program.roles));
const relation = (rng, objects) => ({ __op: rng.pick(['AddRelation', 'AddRelation', 'RemoveRelation']), objects });

function create(program, rng) {
  program.made += 1;
  const name = rng.chance(0.6) ? `Role${program.made}§` : rng.pick(['Staff§', 'my role§', 'bad*§', '', null, 5, 'staff§', `${'x'.repeat(60)}§`, undefined]);
  const body = { name, ACL: rng.chance(0.8) ? { '*': { read: true } } : cast.acl(program, rng) };
  if (rng.chance(0.15)) delete body.ACL;
  if (rng.chance(0.3)) body.users = relation(rng, [cast.userPointer(program, rng)]);
  if (rng.chance(0.3)) body.roles = relation(rng, [pointer('_Role', some(program, rng))]);
  if (program.custom && rng.chance(0.5)) body.objectId = `role${program.made}§`;
  const made = step(program, 'create', { method: 'POST', path: path(rng), as: rng.chance(0.5) ? 'master' : cast.someone(program, rng), body });
  if (typeof name !== 'string' || !name.startsWith('Role')) return;
  program.roles.push(body.objectId ?? `‹${made}›`);
  program.roleNames.push(name);
}

function update(program, rng) {
  const body = rng.weighted([
    [4, () => ({ users: relation(rng, rng.some(rng.int(1, 2), () => cast.userPointer(program, rng))) })],
    [3, () => ({ roles: relation(rng, [pointer('_Role', some(program, rng))]) })],
    [1, () => ({ ACL: cast.acl(program, rng) })],
    [2, () => rng.pick([{ name: `Renamed${rng.int(1, 2)}§` }, { name: '' }, { name: null }, { name: { __op: 'Delete' } }, { ACL: { __op: 'Delete' } }, { name: 'Staff§' }, { foo: 1 }, {}, { users: 5 }, { users: null }, { name: 5 }])],
  ])();
  if (typeof body.name === 'string' && body.name) program.roleNames.push(body.name);
  step(program, 'update', { method: 'PUT', path: `${path(rng)}/${some(program, rng)}`, as: rng.chance(0.5) ? 'master' : cast.someone(program, rng), body });
}

function find(program, rng) {
  const names = { name: { $in: [...new Set([...program.roleNames, 'Renamed1§', 'Renamed2§', 'my role§', 'bad*§'])] } };
  const where = { ...names, ...(rng.chance(0.5) ? rng.pick([{ users: cast.userPointer(program, rng) }, { roles: pointer('_Role', some(program, rng)) }, { name: 'Staff§' }, { objectId: some(program, rng) }, { users: { $in: [cast.userPointer(program, rng)] } }]) : {}) };
  const query = { where, ...(rng.chance(0.2) ? { count: 1 } : {}), ...(rng.chance(0.2) ? { keys: 'name' } : {}), ...(rng.chance(0.2) ? { include: 'users' } : {}) };
  step(program, 'find', { method: 'GET', path: path(rng), as: cast.someone(program, rng), query, unordered: 'results' });
}

function get(program, rng) {
  step(program, 'get', { method: 'GET', path: `${path(rng)}/${some(program, rng)}`, as: cast.someone(program, rng) });
}

/** Who is in a role, asked from the other end. */
function members(program, rng) {
  const [className, key] = rng.pick([['_User', 'users'], ['_Role', 'roles']]);
  const where = { $relatedTo: { object: pointer('_Role', some(program, rng)), key } };
  step(program, 'members', { method: 'GET', path: `/classes/${className}`, as: cast.someone(program, rng), query: { where }, unordered: 'results' });
}

function remove(program, rng) {
  step(program, 'delete', { method: 'DELETE', path: `${path(rng)}/${some(program, rng)}`, as: cast.someone(program, rng) });
}

module.exports = { add };
