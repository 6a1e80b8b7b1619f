'use strict';
// Objects: create, read, replace, delete; values of every type, also in columns of another.
const values = require('./values');

const { COLUMNS } = values;
const NAMES = Object.keys(COLUMNS).filter(name => name !== 'rel');

/** The rows that every program starts with; half of the programs declare the columns first. */
function populate(program) {
  const { rng } = program;
  if (rng.chance(0.5)) declare(program);
  for (let i = 0; i < 3; i += 1) {
    program.create('objects', 'B§', { k: program.nextUnique(), s: rng.pick(values.STRINGS), m: rng.pick(values.SMALL), name: `b${i}` });
  }
  // The first row has every column, so that types are settled (a column of another type answers an error ever after).
  program.create('objects', 'A§', fields(program, NAMES));
  const more = rng.int(3, 7);
  for (let i = 0; i < more; i += 1) program.create('objects', 'A§', fields(program, rng.subset(NAMES, 0.6)));
  const [owner] = program.rows['A§'];
  program.step({
    area: 'relations', kind: 'add', method: 'PUT', path: `/classes/A§/${owner}`,
    body: { rel: { __op: 'AddRelation', objects: program.rows['B§'].slice(0, 2).map(id => values.pointer('B§', id)) } },
  });
}

function declare(program) {
  const columns = { k: { type: 'Number' } };
  for (const [name, type] of Object.entries(COLUMNS)) {
    columns[name] = type === 'Pointer' || type === 'Relation' ? { type, targetClass: name === 'q' ? 'A§' : 'B§' } : { type };
  }
  program.step({ area: 'schemas', kind: 'create', method: 'POST', path: '/schemas/B§', body: { fields: { name: { type: 'String' } } }, master: true });
  program.step({ area: 'schemas', kind: 'create', method: 'POST', path: '/schemas/A§', body: { fields: columns }, master: true });
}

/** A body with these columns, and `k`. */
function fields(program, names) {
  const { rng } = program;
  const body = { k: program.nextUnique() };
  for (const name of names) {
    // A null Polygon makes every later read answer 500 (a Trap of 9.10): it is no use to what follows. A null Pointer is
    // kept under one name by a create and under another by an update, so that what shows it depends on its history.
    body[name] = rng.chance(0.06) && !['pg', 'p', 'q'].includes(name) ? null : values.forColumn(rng, program, name);
  }
  if (rng.chance(0.08)) body.ACL = acl(rng);
  return body;
}

function acl(rng) {
  return rng.pick([
    {}, { '*': { read: true } }, { '*': { read: true, write: true } }, { '*': { read: false, write: true } },
    { someUser00: { read: true, write: true } }, { 'role:Admin': { write: true }, '*': { read: true } }, { '*': {} },
  ]);
}

function add(program) {
  const { rng } = program;
  rng.weighted([
    [4, create], [5, get], [6, replace], [2, remove], [3, mistyped], [2, newColumn], [1, aclChange], [1, odd],
  ])(program, rng);
}

function create(program, rng) {
  const body = fields(program, rng.subset(NAMES, 0.4));
  if (rng.chance(0.3)) body.rel = { __op: 'AddRelation', objects: [program.pointerTo(rng, 'B§')] };
  program.create('objects', 'A§', body, { master: rng.chance(0.2) });
}

function get(program, rng) {
  const query = {};
  if (rng.chance(0.3)) query.keys = rng.subset([...NAMES, 'zz', 'o.k', 'p.name'], 0.25).join(',');
  if (rng.chance(0.2)) query.excludeKeys = rng.subset([...NAMES, 'objectId', 'createdAt'], 0.2).join(',');
  if (rng.chance(0.4)) query.include = rng.pick(['p', 'q', 'p,q', 'q.p', 'q.q.p', 'arr', 'o.p', '*', 'zz', 's', 'q.zz', 'objs']);
  program.step({ area: 'objects', kind: 'get', method: 'GET', path: `/classes/A§/${program.someId(rng, 'A§')}`, query, master: rng.chance(0.3) });
}

function replace(program, rng) {
  const body = fields(program, rng.subset(NAMES, 0.25));
  program.step({ area: 'objects', kind: 'update', method: 'PUT', path: `/classes/A§/${program.someId(rng, 'A§')}`, body });
}

function remove(program, rng) {
  const className = rng.pick(['A§', 'A§', 'B§']);
  program.step({ area: 'objects', kind: 'delete', method: 'DELETE', path: `/classes/${className}/${program.someId(rng, className)}`, master: rng.chance(0.3) });
}

function mistyped(program, rng) {
  const name = rng.pick([...NAMES, 'rel']);
  // 9.10 takes a null Polygon and an unparsable one, then fails on every read.
  const body = { k: program.nextUnique(), [name]: values.any(rng, program) };
  if (rng.chance(0.5)) program.create('objects', 'A§', body);
  else program.step({ area: 'objects', kind: 'update', method: 'PUT', path: `/classes/A§/${program.someId(rng, 'A§')}`, body });
}

function newColumn(program, rng) {
  const type = rng.pick(values.TYPES.filter(t => t !== 'GeoPoint'));
  const name = `x${rng.int(0, 5)}`;
  program.create('objects', rng.pick(['A§', 'B§']), { k: program.nextUnique(), [name]: values.ofType(rng, program, type) });
}

function aclChange(program, rng) {
  const ACL = rng.chance(0.2) ? rng.pick([null, { __op: 'Delete' }]) : acl(rng);
  program.step({ area: 'objects', kind: 'acl', method: 'PUT', path: `/classes/A§/${program.someId(rng, 'A§')}`, body: { ACL }, master: true });
}

function odd(program, rng) {
  const id = program.someId(rng, 'A§');
  program.step({ area: 'objects', kind: 'odd', ...rng.pick([
    { method: 'PUT', path: `/classes/A§/${id}`, body: {} },
    { method: 'PUT', path: `/classes/A§/${id}`, body: { createdAt: { __type: 'Date', iso: '2020-01-01T00:00:00.000Z' } } },
    { method: 'PUT', path: `/classes/A§/${id}`, body: { updatedAt: '2020-01-01T00:00:00.000Z' } },
    { method: 'PUT', path: `/classes/Nope§/${id}`, body: { a: 1 } },
    { method: 'GET', path: `/classes/Nope§/${id}` },
    { method: 'DELETE', path: `/classes/Nope§/${id}` },
    { method: 'PUT', path: `/classes/A§/${id}`, body: { n: 1, className: 'x' } },
    { method: 'POST', path: '/classes/A§', body: { id: 'x' } },
    { method: 'PUT', path: `/classes/A§/${id}`, body: { o: { __type: 'Object', className: 'A§', k: 1 } } },
    { method: 'PUT', path: `/classes/A§/${id}`, body: { o: { nested: { __type: 'Nonsense', x: 1 } } } },
    { method: 'PUT', path: `/classes/A§/${id}`, body: { o: { __op: 'Increment' } } },
    { method: 'PUT', path: `/classes/A§/${id}`, body: { o: { inner: { __op: 'Delete' } } } },
    { method: 'PUT', path: `/classes/A§/${id}`, body: { arr: [{ __op: 'Increment', amount: 1 }] } },
    { method: 'PUT', path: `/classes/A§/${id}`, body: { d: { __type: 'Date', iso: 'garbage' } } },
    { method: 'PUT', path: `/classes/A§/${id}`, body: { d: { __type: 'Date', iso: '2020-01-01' } } },
    { method: 'PUT', path: `/classes/A§/${id}`, body: { d: { __type: 'Date', iso: '2020-01-01T01:00:00+02:00' } } },
    { method: 'PUT', path: `/classes/A§/${id}`, body: { d: { __type: 'Date', iso: 5 } } },
    { method: 'PUT', path: `/classes/A§/${id}`, body: { by: { __type: 'Bytes', base64: '%%%' } } },
    { method: 'PUT', path: `/classes/A§/${id}`, body: { pg: { __type: 'Polygon', coordinates: [[0, 0], [1, 1]] } } },
    { method: 'PUT', path: `/classes/A§/${id}`, body: { p: { __type: 'Pointer', className: 'B§' } } },
    { method: 'PUT', path: `/classes/A§/${id}`, body: { p: { __type: 'Pointer', className: 'A§', objectId: id } } },
    { method: 'PUT', path: `/classes/A§/${id}`, body: { p: { __type: 'Pointer', className: 'B§', objectId: 5 } } },
    { method: 'PUT', path: `/classes/A§/${id}`, body: { f: { __type: 'File', name: 'only-name.txt' } } },
    { method: 'PUT', path: `/classes/A§/${id}`, body: { g: { __type: 'GeoPoint', latitude: 1 } } },
    { method: 'PUT', path: `/classes/A§/${id}`, body: { g: { __type: 'GeoPoint', latitude: '1', longitude: '2' } } },
  ]) });
}

module.exports = { add, populate, fields, NAMES };
