'use strict';
// Class administration: Parse.Schema.
const { test, after } = require('node:test');
const { Parse, assert, className, cleanUp, rejects, rows, rest } = require('./support');

after(cleanUp);

const Target = className('SchemaTarget');

test('a class with a field of every type', async () => {
  await new Parse.Schema(Target).save();
  const name = className('Typed');
  const schema = new Parse.Schema(name);
  schema.addString('s').addNumber('n').addBoolean('b').addDate('d').addObject('o').addArray('arr').addGeoPoint('g')
    .addPolygon('pg').addBytes('by').addFile('f').addPointer('p', Target).addRelation('r', Target);
  const saved = await schema.save();
  const { fields, ...rest } = await new Parse.Schema(name).get();
  assert.deepEqual(fields, {
    objectId: { type: 'String' }, createdAt: { type: 'Date' }, updatedAt: { type: 'Date' }, ACL: { type: 'ACL' },
    s: { type: 'String' }, n: { type: 'Number' }, b: { type: 'Boolean' }, d: { type: 'Date' }, o: { type: 'Object' },
    arr: { type: 'Array' }, g: { type: 'GeoPoint' }, pg: { type: 'Polygon' }, by: { type: 'Bytes' }, f: { type: 'File' },
    p: { type: 'Pointer', targetClass: Target }, r: { type: 'Relation', targetClass: Target },
  });
  assert.equal(rest.className, name);
  assert.deepEqual(rest.classLevelPermissions.find, { '*': true });
  assert.deepEqual(rest.classLevelPermissions.protectedFields, { '*': [] });
  assert.equal(saved.className, name);
});

test('the class is listed', async () => {
  const name = className('Listed');
  await new Parse.Schema(name).save();
  const all = await Parse.Schema.all();
  assert.ok(all.some(schema => schema.className === name));
  assert.ok(all.some(schema => schema.className === '_User'));
});

test('a class with the same name is refused', async () => {
  const name = className('Twice');
  await new Parse.Schema(name).save();
  await rejects(new Parse.Schema(name).save(), Parse.Error.INVALID_CLASS_NAME, `Class ${name} already exists.`);
  await rejects(new Parse.Schema(className('Never')).get(), Parse.Error.INVALID_CLASS_NAME);
  await rejects(new Parse.Schema(className('Never')).addString('x').update(), Parse.Error.INVALID_CLASS_NAME);
});

test('required fields and default values', async () => {
  const name = className('Optioned');
  await new Parse.Schema(name)
    .addString('s', { required: true })
    .addString('ds', { defaultValue: 'dflt' })
    .addNumber('dn', { defaultValue: 5 })
    .addBoolean('db', { defaultValue: false })
    .addArray('da', { defaultValue: [1, 'x'] })
    .addObject('do', { defaultValue: { k: 1 } })
    .addDate('dd', { defaultValue: new Date('2020-02-02T00:00:00.000Z') })
    .save();
  await rejects(new Parse.Object(name).save(), Parse.Error.VALIDATION_ERROR, 's is required');
  await rejects(new Parse.Object(name).save({ s: null }), Parse.Error.VALIDATION_ERROR, 's is required');
  await rejects(new Parse.Object(name).save({ s: '' }), Parse.Error.VALIDATION_ERROR, 's is required');
  const object = await new Parse.Object(name).save({ s: 'x', dn: 6 });
  assert.equal(object.get('ds'), 'dflt', 'the answer carries defaults');
  const found = await new Parse.Query(name).get(object.id);
  assert.deepEqual(
    ['ds', 'dn', 'db', 'da', 'do'].map(k => found.get(k)), ['dflt', 6, false, [1, 'x'], { k: 1 }]);
  assert.equal(found.get('dd').toISOString(), '2020-02-02T00:00:00.000Z');
  object.unset('s');
  await rejects(object.save(), Parse.Error.VALIDATION_ERROR, 's is required');
  const { fields } = await new Parse.Schema(name).get();
  assert.deepEqual(fields.s, { type: 'String', required: true });
  assert.deepEqual(fields.ds, { type: 'String', defaultValue: 'dflt' });
});

test('a default of another type is refused', async () => {
  const name = className('BadDefault');
  await rejects(new Parse.Schema(name).addNumber('n', { defaultValue: 'x' }).save(), Parse.Error.INCORRECT_TYPE,
    `schema mismatch for ${name}.n default value; expected Number but got String`);
});

test('fields are added and deleted, with their data', async () => {
  const name = className('Changing');
  await new Parse.Schema(name).addString('keep').addString('gone').save();
  const [object] = await rows(name, [{ keep: 'k', gone: 'g' }]);
  await new Parse.Schema(name).addNumber('added').deleteField('gone').update();
  const { fields } = await new Parse.Schema(name).get();
  assert.equal('gone' in fields, false);
  assert.deepEqual(fields.added, { type: 'Number' });
  const found = await new Parse.Query(name).get(object.id);
  assert.deepEqual([found.get('keep'), found.has('gone')], ['k', false]);
  await new Parse.Schema(name).addNumber('gone').update();
  await new Parse.Object(name).save({ gone: 5 });
});

test('changes that are refused', async () => {
  const name = className('Refused');
  await new Parse.Schema(name).addString('s').save();
  const change = edit => { const schema = new Parse.Schema(name); edit(schema); return schema.update(); };
  await rejects(change(s => s.addNumber('s')), 255, 'Field s exists, cannot update.');
  await rejects(change(s => s.deleteField('zz')), 255, 'Field zz does not exist, cannot delete.');
  await rejects(change(s => s.addPointer('p', 'no way')), Parse.Error.INVALID_CLASS_NAME);
  await rejects(change(s => s.addIndex('i', { nope: 1 })), Parse.Error.INVALID_QUERY, 'Field nope does not exist, cannot add index.');
  await rejects(change(s => s.deleteIndex('i')), Parse.Error.INVALID_QUERY, 'Index i does not exist, cannot delete.');
  await rejects(change(s => s.deleteField('objectId')), 136, 'field objectId cannot be changed');
});

test('indexes are made and dropped', async () => {
  const name = className('Indexed');
  await new Parse.Schema(name).addString('s').addNumber('n').addIndex('one', { s: 1 }).save();
  await new Parse.Schema(name).addIndex('two', { s: 1, n: -1 }).update();
  let { indexes } = await new Parse.Schema(name).get();
  assert.deepEqual([indexes.one, indexes.two], [{ s: 1 }, { s: 1, n: -1 }]);
  await rejects(new Parse.Schema(name).addIndex('one', { n: 1 }).update(), Parse.Error.INVALID_QUERY, 'Index one exists, cannot update.');
  await new Parse.Schema(name).deleteIndex('one').update();
  ({ indexes } = await new Parse.Schema(name).get());
  assert.equal('one' in indexes, false);
  await rows(name, [{ s: 'a', n: 1 }]);
  assert.equal(await new Parse.Query(name).equalTo('s', 'a').count(), 1);
});

test('purge takes the rows and leaves the class', async () => {
  const name = className('Purged');
  await rows(name, [{ s: 'a' }, { s: 'b' }]);
  await new Parse.Schema(name).purge();
  assert.deepEqual(await new Parse.Query(name).find(), []);
  assert.deepEqual((await new Parse.Schema(name).get()).fields.s, { type: 'String' });
});

test('delete takes an empty class only', async () => {
  const name = className('Deleted');
  const [object] = await rows(name, [{ s: 'a' }]);
  await rejects(new Parse.Schema(name).delete(), 255, `Class ${name} is not empty, contains 1 objects, cannot drop schema.`);
  await object.destroy();
  await new Parse.Schema(name).delete();
  await rejects(new Parse.Schema(name).get(), Parse.Error.INVALID_CLASS_NAME, `Class ${name} does not exist.`);
  await new Parse.Object(name).save({ s: 1 });
});

test('saving objects makes the class and its columns', async () => {
  const name = className('Inferred');
  const [target] = await rows(Target, [{ x: 1 }]);
  const object = new Parse.Object(name, {
    s: 'x', n: 1, b: true, d: new Date(), o: {}, arr: [], g: new Parse.GeoPoint(0, 0), p: target, nothing: null,
  });
  object.relation('r').add(target);
  await object.save();
  const { fields } = await new Parse.Schema(name).get();
  assert.deepEqual(Object.fromEntries(Object.entries(fields).map(([k, v]) => [k, v.type])), {
    objectId: 'String', createdAt: 'Date', updatedAt: 'Date', ACL: 'ACL', s: 'String', n: 'Number', b: 'Boolean', d: 'Date',
    o: 'Object', arr: 'Array', g: 'GeoPoint', p: 'Pointer', r: 'Relation',
  });
});

test('class level permissions are stored, and hold for clients', async () => {
  const name = className('Guarded');
  const schema = new Parse.Schema(name).addString('s');
  schema.setCLP({ find: {}, get: { '*': true }, create: { '*': true }, update: {}, delete: {}, count: {}, addField: {} });
  await schema.save();
  const { classLevelPermissions } = await new Parse.Schema(name).get();
  assert.deepEqual([classLevelPermissions.find, classLevelPermissions.get], [{}, { '*': true }]);
  const object = await new Parse.Object(name).save({ s: 'x' });
  assert.equal((await new Parse.Query(name).get(object.id)).get('s'), 'x');
  await rejects(new Parse.Query(name).equalTo('s', 'x').find(), Parse.Error.OPERATION_FORBIDDEN);
  await rejects(object.save({ s: 'y' }), Parse.Error.OPERATION_FORBIDDEN);
  await rejects(new Parse.Object(name).save({ fresh: 1 }), Parse.Error.OPERATION_FORBIDDEN);
  await rejects(object.destroy(), Parse.Error.OPERATION_FORBIDDEN);
  assert.equal(await new Parse.Query(name).count({ useMasterKey: true }), 1);
  await object.destroy({ useMasterKey: true });
});

test('schemas need the master key', async () => {
  for (const [method, path] of [['GET', 'schemas'], ['POST', 'schemas/X'], ['PUT', 'schemas/X'], ['DELETE', 'schemas/X'], ['DELETE', 'purge/X']]) {
    const { status } = await rest(method, path, { body: method === 'GET' ? undefined : {} });
    assert.equal(status, 403, `${method} ${path}`);
  }
});
