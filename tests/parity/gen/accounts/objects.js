'use strict';
// Objects of a guarded class `C§`: read, written and deleted by everybody; ACLs of every form.
const cast = require('./cast');
const { pointer } = require('../values');

const COLUMNS = { k: { type: 'Number' }, v: { type: 'Number' }, s: { type: 'String' }, secret: { type: 'String' }, info: { type: 'Object' }, owner: { type: 'Pointer', targetClass: '_User' }, team: { type: 'Array' },
  link: { type: 'Pointer', targetClass: 'C§' }, rel: { type: 'Relation', targetClass: 'C§' } };

/** Declares the class in most programs: permissions can then name its columns. */
function populate(program) {
  const { rng } = program;
  program.rows['C§'] = [];
  if (rng.chance(0.85)) program.step({ area: 'acl', kind: 'declare', method: 'POST', path: '/schemas/C§', as: 'master', body: { fields: COLUMNS } });
  for (let i = rng.int(3, 5); i > 0; i -= 1) create(program, rng, 'master');
}

function add(program) {
  const { rng } = program;
  rng.weighted([[4, (p, r) => create(p, r, cast.someone(p, r))], [6, get], [7, find], [7, update], [2, remove], [1, count]])(program, rng);
}

const step = (program, kind, more) => program.step({ area: 'acl', kind, ...more });
const row = (program, rng) => program.someId(rng, 'C§');

function fields(program, rng, odds) {
  const made = {
    v: () => rng.int(0, 4), s: () => rng.pick(['a', 'b', 'ab', '']), secret: () => rng.pick(['x', 'y', 'z']), info: () => ({ k: rng.int(1, 2), deep: { secret: 'x' } }),
    owner: () => cast.userPointer(program, rng), team: () => rng.some(rng.int(0, 2), () => cast.userPointer(program, rng)), link: () => pointer('C§', row(program, rng)), ACL: () => cast.acl(program, rng),
  };
  return Object.fromEntries(Object.keys(made).filter(() => rng.chance(odds)).map(name => [name, made[name]()]));
}

function create(program, rng, as) {
  const body = { k: program.nextUnique(), ...fields(program, rng, 0.6) };
  if (rng.chance(0.1)) body[rng.pick(['new1', 'new2'])] = rng.int(1, 3);
  program.create('acl', 'C§', body, { as });
}

function shape(rng) {
  const query = {};
  if (rng.chance(0.35)) query.include = rng.pick(['owner', 'owner', 'link', 'link.owner', 'link.link', 'team', 'owner.friend', '*', 'owner,link,team']);
  if (rng.chance(0.2)) query.keys = rng.pick(['k,v', 's', 'owner', 'owner.nick', 'owner.email', 'secret', 'link.secret', 'info.deep', 'ACL', 'team', 'objectId']);
  if (rng.chance(0.1)) query.excludeKeys = rng.pick(['k', 'owner', 'owner.nick', 'secret', 'team']);
  return query;
}

function get(program, rng) {
  step(program, 'get', { method: 'GET', path: `/classes/C§/${row(program, rng)}`, as: cast.someone(program, rng), query: shape(rng) });
}

function where(program, rng, depth = 1) {
  const one = () => rng.weighted([
    [2, () => ({ owner: cast.userPointer(program, rng) })],
    [1, () => ({ owner: { [rng.pick(['$in', '$nin'])]: [cast.userPointer(program, rng), cast.userPointer(program, rng)] } })],
    [2, () => ({ team: rng.pick([cast.userPointer(program, rng), { $all: [cast.userPointer(program, rng)] }, { $in: [cast.userPointer(program, rng)] }]) })],
    [2, () => ({ v: rng.pick([1, { $gt: 1 }, { $exists: false }]) })],
    [1, () => ({ s: rng.pick(['a', { $regex: '^a' }, { $ne: 'b' }]) })],
    [1, () => ({ objectId: rng.pick([row(program, rng), { $in: [row(program, rng)] }]) })],
    [1, () => ({ link: rng.pick([pointer('C§', row(program, rng)), { $exists: true }, { $inQuery: { className: 'C§', where: { v: { $gt: 0 } } } }]) })],
    [2, () => ({ owner: { [rng.pick(['$inQuery', '$notInQuery'])]: { className: '_User', where: { username: rng.chance(0.5) ? 'ann§' : cast.everyone(program) } } } })],
    [1, () => ({ $relatedTo: { object: pointer('C§', row(program, rng)), key: 'rel' } })],
    [0.2, () => ({ _rperm: 'x' })],
  ])();
  if (rng.chance(0.02)) return { ACL: { '*': { read: true } } };
  const node = {};
  for (let i = rng.int(0, 2); i > 0; i -= 1) Object.assign(node, one());
  if (depth > 0 && rng.chance(0.2)) node[rng.pick(['$or', '$and', '$nor'])] = [where(program, rng, depth - 1), one()];
  return node;
}

function find(program, rng) {
  const query = { where: where(program, rng), ...shape(rng) };
  if (rng.chance(0.5)) query.order = rng.pick(['k', '-k', 'v,k', 's,-k']);
  if (query.order && rng.chance(0.2)) query.limit = rng.pick([1, 2]);
  if (rng.chance(0.15) && Object.keys(query.where).length > 0) query.count = 1;
  step(program, 'find', { method: 'GET', path: '/classes/C§', as: cast.someone(program, rng), query, unordered: query.order ? undefined : 'results' });
}

/** A count without a filter asks the engine's statistics: only a guess on this engine. */
function count(program, rng) {
  step(program, 'count', { method: 'GET', path: '/classes/C§', as: cast.someone(program, rng), query: { where: { k: { $gt: rng.int(0, 3) } }, count: 1, limit: 0 } });
}

function update(program, rng) {
  const body = rng.weighted([
    [5, () => fields(program, rng, 0.25)],
    [2, () => ({ v: { __op: 'Increment', amount: 1 } })],
    [2, () => ({ ACL: cast.acl(program, rng) })],
    [1, () => ({ rel: { __op: rng.pick(['AddRelation', 'RemoveRelation']), objects: [pointer('C§', row(program, rng))] } })],
    [1, () => ({ team: { __op: rng.pick(['AddUnique', 'Remove']), objects: [cast.userPointer(program, rng)] } })],
    // One type to a column: a refused write makes its columns on 9.10.
    [2, () => rng.pick([{ new1: 1 }, { new2: 2 }, { new3: 'text' }, { new1: { __op: 'Delete' } }])],
    [1, () => ({ [rng.pick(['secret', 'owner', 'info', 's'])]: { __op: 'Delete' } })],
  ])();
  step(program, 'update', { method: 'PUT', path: `/classes/C§/${row(program, rng)}`, as: cast.someone(program, rng), body });
}

function remove(program, rng) {
  step(program, 'delete', { method: 'DELETE', path: `/classes/C§/${row(program, rng)}`, as: cast.someone(program, rng) });
}

module.exports = { add, populate, where, shape, row };
