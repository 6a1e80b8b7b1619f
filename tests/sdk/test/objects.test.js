'use strict';
// Objects of every type: what goes out comes back, as the type it was.
const { test, after } = require('node:test');
const { Parse, assert, className, cleanUp, rejects, reload } = require('./support');

const Thing = className('Thing');
const Other = className('Other');
after(cleanUp);

async function roundTrip(fields) {
  const object = new Parse.Object(Thing, fields);
  await object.save();
  return reload(object);
}

test('a new object gets an id and equal dates', async () => {
  const object = new Parse.Object(Thing);
  assert.ok(object.isNew());
  await object.save({ s: 'x' });
  assert.match(object.id, /^[A-Za-z0-9]{10}$/);
  assert.ok(object.createdAt instanceof Date);
  assert.equal(object.createdAt.getTime(), object.updatedAt.getTime());
  assert.equal(object.existed(), false);
  const found = await reload(object);
  assert.equal(found.createdAt.getTime(), object.createdAt.getTime());
  assert.equal(found.updatedAt.getTime(), object.createdAt.getTime());
});

test('String', async () => {
  for (const s of ['', 'plain', 'ünïcödé ✓ 😀', 'quote " \\ back', 'line\nfeed\ttab', '$dollar.dot', 'null', ' spaces ']) {
    assert.equal((await roundTrip({ s })).get('s'), s);
  }
});

test('Number', async () => {
  for (const n of [0, 1, -1, 1.5, -2.25, 1e21, 1e-7, 2 ** 31, -(2 ** 31), 2 ** 53, 9007199254740991, 0.1, 1.7976931348623157e308, 5e-324]) {
    assert.equal((await roundTrip({ n })).get('n'), n);
  }
});

test('Boolean', async () => {
  assert.equal((await roundTrip({ b: true })).get('b'), true);
  assert.equal((await roundTrip({ b: false })).get('b'), false);
});

test('Date', async () => {
  for (const iso of ['2020-01-01T00:00:00.000Z', '1969-12-31T23:59:59.999Z', '2038-01-19T03:14:08.123Z', '0001-01-01T00:00:00.000Z']) {
    const d = (await roundTrip({ d: new Date(iso) })).get('d');
    assert.ok(d instanceof Date);
    assert.equal(d.toISOString(), iso);
  }
});

test('Object', async () => {
  const o = { a: 1, b: { c: [1, { d: 'x' }], e: null }, '10': 'ten', '2': 'two', empty: {}, list: [] };
  assert.deepEqual((await roundTrip({ o })).get('o'), o);
});

test('Object with dates, geo points, pointers and files inside', async () => {
  const other = await new Parse.Object(Other).save({ name: 'inner' });
  const found = await roundTrip({
    o: { d: new Date(5), g: new Parse.GeoPoint(1, 2), p: other, deep: { d: new Date(6) } },
  });
  const o = found.get('o');
  assert.equal(o.d.getTime(), 5);
  assert.equal(o.deep.d.getTime(), 6);
  assert.ok(o.g.equals(new Parse.GeoPoint(1, 2)));
  assert.ok(o.p instanceof Parse.Object);
  assert.equal(o.p.id, other.id);
  assert.equal(o.p.className, Other);
});

test('Array', async () => {
  const arr = [1, 'two', true, null, [3, [4]], { k: 5 }, 1, ''];
  assert.deepEqual((await roundTrip({ arr })).get('arr'), arr);
  assert.deepEqual((await roundTrip({ arr: [] })).get('arr'), []);
});

test('Array with dates, geo points and pointers inside', async () => {
  const other = await new Parse.Object(Other).save({ name: 'element' });
  const arr = (await roundTrip({ arr: [new Date(7), new Parse.GeoPoint(3, 4), other] })).get('arr');
  assert.equal(arr[0].getTime(), 7);
  assert.ok(arr[1].equals(new Parse.GeoPoint(3, 4)));
  assert.equal(arr[2].id, other.id);
});

test('GeoPoint', async () => {
  for (const [lat, lng] of [[0, 0], [40.7128, -74.006], [90, 180], [-90, -180]]) {
    const g = (await roundTrip({ g: new Parse.GeoPoint(lat, lng) })).get('g');
    assert.ok(g instanceof Parse.GeoPoint);
    assert.equal(g.latitude, lat);
    assert.equal(g.longitude, lng);
  }
});

test('Polygon is closed by the server', async () => {
  const open = [[0, 0], [0, 1], [1, 1], [1, 0]];
  const pg = (await roundTrip({ pg: new Parse.Polygon(open) })).get('pg');
  assert.ok(pg instanceof Parse.Polygon);
  assert.deepEqual(pg.coordinates, [...open, [0, 0]]);
  assert.ok(pg.containsPoint(new Parse.GeoPoint(0.5, 0.5)));
});

test('Bytes', async () => {
  for (const base64 of ['aGVsbG8=', 'AAEC/w==']) {
    const by = (await roundTrip({ by: { __type: 'Bytes', base64 } })).get('by');
    assert.deepEqual(by, { __type: 'Bytes', base64 });
  }
  await rejects(roundTrip({ by: { __type: 'Bytes', base64: '' } }), 111, 'This is not a valid Bytes');
});

test('File as name and url, without an upload', async () => {
  const file = Parse.File.fromJSON({ __type: 'File', name: 'note.txt', url: 'http://127.0.0.1/note.txt' });
  const f = (await roundTrip({ f: file })).get('f');
  assert.ok(f instanceof Parse.File);
  assert.equal(f.name(), 'note.txt');
  assert.match(f.url(), /note\.txt$/);
});

test('Pointer', async () => {
  const other = await new Parse.Object(Other).save({ name: 'target' });
  const p = (await roundTrip({ p: other })).get('p');
  assert.equal(p.className, Other);
  assert.equal(p.id, other.id);
  assert.equal(p.isDataAvailable(), false);
  await p.fetch();
  assert.equal(p.get('name'), 'target');
});

test('Pointer to a row that does not exist is kept', async () => {
  const p = (await roundTrip({ p: Parse.Object.fromJSON({ className: Other, objectId: 'missing000' }) })).get('p');
  assert.equal(p.id, 'missing000');
});

test('Relation', async () => {
  const other = await new Parse.Object(Other).save({ name: 'related' });
  const object = new Parse.Object(Thing);
  object.relation('rel').add(other);
  await object.save();
  const rel = (await reload(object)).relation('rel');
  assert.ok(rel instanceof Parse.Relation);
  assert.equal(rel.targetClassName, Other);
  assert.deepEqual((await rel.query().find()).map(o => o.id), [other.id]);
});

test('null in a column of any type is kept', async () => {
  await roundTrip({ s: 'x', n: 1, b: true, d: new Date(0), o: {}, arr: [], by: { __type: 'Bytes', base64: 'aGk=' } });
  const found = await roundTrip({ s: null, n: null, b: null, d: null, o: null, arr: null, by: null });
  for (const field of ['s', 'n', 'b', 'd', 'o', 'arr', 'by']) {
    assert.ok(found.has(field) === false);
    assert.equal(found.get(field), null);
    assert.ok(field in found.attributes, `${field} is present`);
  }
});

test('fetch brings what another client changed', async () => {
  const object = await new Parse.Object(Thing).save({ s: 'old', n: 1 });
  const copy = Parse.Object.fromJSON({ className: Thing, objectId: object.id });
  await copy.save({ s: 'new' });
  await object.fetch();
  assert.equal(object.get('s'), 'new');
  assert.equal(object.get('n'), 1);
  assert.ok(object.updatedAt.getTime() >= object.createdAt.getTime());
});

test('fetchWithInclude, fetchAll and fetchAllIfNeeded', async () => {
  const other = await new Parse.Object(Other).save({ name: 'fetched' });
  const object = await new Parse.Object(Thing).save({ p: other });
  const bare = Parse.Object.fromJSON({ className: Thing, objectId: object.id });
  await bare.fetchWithInclude('p');
  assert.equal(bare.get('p').get('name'), 'fetched');
  const [one, two] = [object, other].map(o => o.constructor.fromJSON({ className: o.className, objectId: o.id }));
  await Parse.Object.fetchAll([one]);
  await Parse.Object.fetchAllIfNeeded([two]);
  assert.equal(one.get('p').id, other.id);
  assert.equal(two.get('name'), 'fetched');
});

test('an update sends only what changed and leaves the rest', async () => {
  const object = await new Parse.Object(Thing).save({ s: 'keep', n: 1 });
  object.set('n', 2);
  assert.deepEqual(object.dirtyKeys(), ['n']);
  await object.save();
  assert.equal(object.dirty(), false);
  const found = await reload(object);
  assert.deepEqual([found.get('s'), found.get('n')], ['keep', 2]);
});

test('exists, destroy, and what follows', async () => {
  const object = await new Parse.Object(Thing).save({ s: 'doomed' });
  assert.equal(await object.exists(), true);
  await object.destroy();
  await rejects(reload(object), Parse.Error.OBJECT_NOT_FOUND, 'Object not found.');
  await rejects(object.fetch(), Parse.Error.OBJECT_NOT_FOUND);
  await rejects(object.destroy(), Parse.Error.OBJECT_NOT_FOUND);
  await rejects(object.save({ s: 'ghost' }), Parse.Error.OBJECT_NOT_FOUND);
  assert.equal(await object.exists(), false);
});

test('toJSON of a found object has the wire form', async () => {
  const found = await roundTrip({ s: 'x', d: new Date(0), g: new Parse.GeoPoint(1, 2) });
  const json = found.toJSON();
  assert.deepEqual(json.d, { __type: 'Date', iso: '1970-01-01T00:00:00.000Z' });
  assert.deepEqual(json.g, { __type: 'GeoPoint', latitude: 1, longitude: 2 });
  assert.equal(typeof json.createdAt, 'string');
  assert.equal(json.objectId, found.id);
});
