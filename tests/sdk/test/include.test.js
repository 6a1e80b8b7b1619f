'use strict';
// include, includeAll, select and exclude.
const { test, before, after } = require('node:test');
const { Parse, assert, className, cleanUp, rows } = require('./support');

const Country = className('Country');
const City = className('IncCity');
const Street = className('Street');
const street = () => new Parse.Query(Street);

before(async () => {
  const [country] = await rows(Country, [{ name: 'Italy', code: 'it' }]);
  const [rome, gone] = await rows(City, [{ name: 'Rome', country, mayor: 'x' }, { name: 'Atlantis' }]);
  await rows(Street, [
    { name: 'via', city: rome, visits: [rome, 'plain', gone], info: { best: rome, n: 1 }, len: 5 },
    { name: 'lost', city: gone, country },
    { name: 'bare' },
  ]);
  await gone.destroy();
});
after(cleanUp);

const one = query => query.equalTo('name', 'via').first();

test('without include a pointer stays a pointer', async () => {
  const found = await one(street());
  assert.equal(found.get('city').isDataAvailable(), false);
});

test('include one level', async () => {
  const found = await one(street().include('city'));
  assert.equal(found.get('city').get('name'), 'Rome');
  assert.equal(found.get('city').get('country').isDataAvailable(), false);
  assert.ok(found.get('city').createdAt instanceof Date);
});

test('include deep brings each level on the way', async () => {
  const found = await one(street().include('city.country'));
  assert.equal(found.get('city').get('mayor'), 'x');
  assert.equal(found.get('city').get('country').get('name'), 'Italy');
});

test('include of several, as list and as arguments', async () => {
  const list = await one(street().include(['city', 'visits']));
  const args = await one(street().include('city', 'visits'));
  for (const found of [list, args]) {
    assert.equal(found.get('city').get('name'), 'Rome');
    assert.equal(found.get('visits')[0].get('name'), 'Rome');
  }
});

test('include through an array leaves other elements and drops the missing', async () => {
  const visits = (await one(street().include('visits'))).get('visits');
  assert.equal(visits.length, 2);
  assert.equal(visits[0].get('name'), 'Rome');
  assert.equal(visits[1], 'plain');
});

test('include inside an object', async () => {
  const found = await one(street().include('info.best'));
  assert.equal(found.get('info').best.get('name'), 'Rome');
  assert.equal(found.get('info').n, 1);
});

test('a pointer to a missing row vanishes when included', async () => {
  const plain = await street().equalTo('name', 'lost').first();
  assert.ok(plain.has('city'));
  const { results } = await new Parse.Query(Street).equalTo('name', 'lost').include('city').withCount().find();
  // The SDK keeps values of the same object between queries: look at the wire.
  const [wire] = (await Parse.CoreManager.getRESTController().request('GET', `classes/${Street}`, {
    where: { name: 'lost' }, include: 'city',
  })).results;
  assert.equal(results.length, 1);
  assert.equal('city' in wire, false);
});

test('include of what is no pointer, or no field, changes nothing', async () => {
  const found = await one(street().include('name', 'len', 'nothing', 'city.name'));
  assert.equal(found.get('name'), 'via');
  assert.equal(found.get('city').get('name'), 'Rome');
});

test('includeAll', async () => {
  const found = await one(street().includeAll());
  assert.equal(found.get('city').get('name'), 'Rome');
  assert.equal(found.get('visits')[0].get('name'), 'Rome');
  assert.equal(found.get('city').get('country').isDataAvailable(), false);
});

test('get by id with include', async () => {
  const { id } = await one(street());
  const found = await street().include('city').get(id);
  assert.equal(found.get('city').get('name'), 'Rome');
});

test('cycles end', async () => {
  const Node = className('Cycle');
  const [a, b] = await rows(Node, [{ name: 'a' }, { name: 'b' }]);
  await a.save({ next: b });
  await b.save({ next: a });
  const found = await new Parse.Query(Node).include('next.next.next').get(a.id);
  assert.equal(found.get('next').get('name'), 'b');
  assert.equal(found.get('next').get('next').id, a.id);
});

const wire = async params =>
  (await Parse.CoreManager.getRESTController().request('GET', `classes/${Street}`, { where: { name: 'via' }, ...params })).results[0];
const keys = async params => Object.keys(await wire(params)).sort();

test('select', async () => {
  assert.deepEqual(await keys({ keys: 'name,len' }), ['createdAt', 'len', 'name', 'objectId', 'updatedAt']);
  assert.deepEqual(await keys({ keys: 'nothing' }), ['createdAt', 'objectId', 'updatedAt']);
  const found = await one(street().select('len'));
  assert.equal(found.get('len'), 5);
});

test('select of a key inside an included object', async () => {
  const { city } = await wire({ keys: 'city.name', include: 'city' });
  assert.deepEqual(Object.keys(city).sort(), ['__type', 'className', 'createdAt', 'name', 'objectId', 'updatedAt']);
});

test('select of a dotted key includes its parent', async () => {
  const { city } = await wire({ keys: 'name,city.name' });
  assert.deepEqual([city.__type, city.name], ['Object', 'Rome']);
});

test('exclude', async () => {
  assert.deepEqual(await keys({ excludeKeys: 'visits,info,city' }), ['createdAt', 'len', 'name', 'objectId', 'updatedAt']);
  assert.deepEqual(await keys({ excludeKeys: 'objectId,createdAt,visits,info,city,len' }), ['createdAt', 'name', 'objectId', 'updatedAt']);
  assert.deepEqual(await keys({ keys: 'name,len', excludeKeys: 'len' }), ['createdAt', 'name', 'objectId', 'updatedAt']);
  const found = await street().exclude('len').equalTo('name', 'via').find({ json: true });
  assert.equal('len' in found[0], false);
});
