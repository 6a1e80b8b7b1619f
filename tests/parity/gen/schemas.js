'use strict';
// Class administration: create, change, read, delete, purge; on classes of its own and on those with rows.
const values = require('./values');

const NAMES = ['f1', 'f2', 'f3', 'f4', 'g1', 'objectId', 'ACL', 'bad-name', '1bad', '_x', 'length'];

function add(program) {
  const { rng } = program;
  rng.weighted([[4, create], [5, change], [3, read], [1, drop], [1, purge], [1, deny], [2, use], [1, alter]])(program, rng);
}

const className = rng => `S${rng.int(1, 2)}§`;
const step = (program, kind, method, path, body) => program.step({ area: 'schemas', kind, method, path, body, master: true });

function definition(rng) {
  const type = rng.pick(values.TYPES);
  const field = { type };
  if (type === 'Pointer' || type === 'Relation') field.targetClass = rng.pick(['B§', 'A§', 'NotYet§']);
  if (rng.chance(0.2)) field.required = rng.chance(0.8);
  if (rng.chance(0.2)) {
    field.defaultValue = rng.chance(0.7) ? defaultFor(rng, type) : rng.pick([1, 'x', [], {}, true, null]);
  }
  return rng.chance(0.9) ? field : rng.pick([
    {}, { type: 'Nonsense' }, { type: 1 }, 'String', { type: 'Pointer' }, { type: 'Relation', targetClass: 5 }, { type: 'Pointer', targetClass: 'bad name' },
    { type: 'String', zz: 1 }, { type: 'string' }, null, { type: 'ACL' }, { type: 'String', targetClass: 'B§' },
  ]);
}

function defaultFor(rng, type) {
  const plain = { String: 'd', Number: 5, Boolean: false, Object: { k: 1 }, Array: [1, 'x'], Date: values.date(rng), GeoPoint: values.geoPoint(rng) };
  return plain[type] ?? values.ofType(rng, { pointerTo: () => values.pointer('B§', 'missing000') }, type);
}

function fields(rng) {
  const map = {};
  for (let i = rng.int(0, 3); i > 0; i -= 1) map[rng.chance(0.85) ? rng.pick(NAMES.slice(0, 5)) : rng.pick(NAMES)] = definition(rng);
  return map;
}

function permissions(rng) {
  return rng.chance(0.7)
    ? { find: rng.pick([{}, { '*': true }, { requiresAuthentication: true }]), get: { '*': true }, create: { '*': true }, update: { '*': true }, ...(rng.chance(0.4) ? { addField: { '*': true } } : {}) }
    : rng.pick([{ nonsense: {} }, { find: 1 }, { find: { '*': 1 } }, { find: { 'foo bar': true } }, { readUserFields: 1 }, { readUserFields: ['zz'] },
      { protectedFields: { '*': ['zz'] } }, { protectedFields: { '*': 1 } }, { find: { pointerFields: 1 } }, { protectedFields: { '*': ['objectId'] } }, {}, { find: { 'role:x': true } },
      { find: { '*': false } }, { find: null }, { ACL: 1 }]);
}

function indexes(rng) {
  return rng.pick([{ i1: { f1: 1 } }, { i2: { f1: 1, f2: -1 } }, { i1: { nope: 1 } }, { i1: { __op: 'Delete' } }, { i2: { __op: 'Delete' } }, { i3: { createdAt: 1 } }, {}]);
}

function create(program, rng) {
  const name = className(rng);
  const body = { className: name };
  if (rng.chance(0.85)) body.fields = fields(rng);
  if (rng.chance(0.2)) body.classLevelPermissions = permissions(rng);
  if (rng.chance(0.15)) body.indexes = indexes(rng);
  step(program, 'create', 'POST', rng.chance(0.5) ? '/schemas' : `/schemas/${name}`, body);
}

function change(program, rng) {
  const body = { className: undefined, fields: fields(rng) };
  if (rng.chance(0.4)) body.fields[rng.pick(NAMES)] = { __op: 'Delete' };
  if (rng.chance(0.2)) body.classLevelPermissions = permissions(rng);
  if (rng.chance(0.25)) body.indexes = indexes(rng);
  step(program, 'update', 'PUT', `/schemas/${className(rng)}`, body);
}

function read(program, rng) {
  step(program, 'read', 'GET', `/schemas/${rng.pick([className(rng), className(rng), 'A§', 'B§', 'Nope§', 'bad name'])}`);
}

function drop(program, rng) {
  step(program, 'delete', 'DELETE', `/schemas/${rng.pick([className(rng), className(rng), 'Nope§', 'bad-name'])}`);
}

function purge(program, rng) {
  step(program, 'purge', 'DELETE', `/purge/${rng.pick([className(rng), 'Nope§'])}`);
}

function deny(program, rng) {
  program.step({ area: 'schemas', kind: 'client', method: rng.pick(['GET', 'POST', 'PUT', 'DELETE']), path: `/schemas/${className(rng)}` });
}

/** Objects in the classes made here meet defaults, required fields and permissions. */
function use(program, rng) {
  const name = className(rng);
  const body = {};
  for (const field of rng.subset(NAMES.slice(0, 5), 0.4)) body[field] = rng.chance(0.8) ? values.any(rng, program) : rng.pick([null, { __op: 'Delete' }, '']);
  if (rng.chance(0.6)) program.create('schemas', name, body);
  else if (rng.chance(0.5)) program.step({ area: 'schemas', kind: 'use', method: 'PUT', path: `/classes/${name}/${program.someId(rng, name)}`, body });
  else program.step({ area: 'schemas', kind: 'use', method: 'GET', path: `/classes/${name}`, unordered: 'results' });
}

/** Changes of the class that holds the rows: columns with data are added and dropped. */
function alter(program, rng) {
  step(program, 'alter', 'PUT', '/schemas/A§', { fields: { [rng.pick(['s', 'n', 'o', 'y1', 'y2', 'x1', 'x2', 'f'])]: rng.pick([{ __op: 'Delete' }, { type: 'String' }, { type: 'Number' }]) } });
}

module.exports = { add };
