'use strict';
// Order, limit, skip, count, and the SDK's ways through many rows.
const { test, before, after } = require('node:test');
const { Parse, assert, className, cleanUp, rejects, rows, pluck, master, rest, lacks } = require('./support');

const Row = className('Row');
const Many = className('Many');
const row = () => new Parse.Query(Row);
const many = () => new Parse.Query(Many);
const TOTAL = 130;

before(async () => {
  await rows(Row, [
    { name: 'a', n: 3, s: 'x' }, { name: 'b', n: 1, s: 'y' }, { name: 'c', n: 2, s: 'x' }, { name: 'd', s: 'y' },
  ]);
  await rows(Many, Array.from({ length: TOTAL }, (_, i) => ({ i, even: i % 2 === 0 })));
});
after(cleanUp);

test('ascending and descending; rows without the field first, or last', async () => {
  assert.deepEqual(pluck(await row().ascending('n').find()), ['d', 'b', 'c', 'a']);
  assert.deepEqual(pluck(await row().descending('n').find()), ['a', 'c', 'b', 'd']);
});

test('several keys', async () => {
  assert.deepEqual(pluck(await row().ascending('s', 'n').find()), ['c', 'a', 'd', 'b']);
  assert.deepEqual(pluck(await row().ascending('s').addDescending('n').find()), ['a', 'c', 'b', 'd']);
  assert.deepEqual(pluck(await row().descending('s').addAscending('n').find()), ['d', 'b', 'c', 'a']);
});

test('order across types', async () => {
  const Mixed = className('Mixed');
  await rows(Mixed, [
    { name: '5', o: { v: true } }, { name: '3', o: { v: { k: 1 } } }, { name: '2', o: { v: 'text' } },
    { name: '1', o: { v: 7 } }, { name: '0', o: { v: null } }, { name: '6', o: { v: new Date(0) } },
  ]);
  assert.deepEqual(pluck(await new Parse.Query(Mixed).ascending('o.v').find()), ['0', '1', '2', '3', '5', '6']);
});

test('order by createdAt and by an unknown key', async () => {
  assert.equal((await row().descending('createdAt').find()).length, 4);
  assert.equal((await row().ascending('nothing').find()).length, 4);
});

test('limit, skip, and both past the end', async () => {
  assert.deepEqual(pluck(await row().ascending('name').limit(2).find()), ['a', 'b']);
  assert.deepEqual(pluck(await row().ascending('name').skip(3).find()), ['d']);
  assert.deepEqual(pluck(await row().ascending('name').skip(1).limit(2).find()), ['b', 'c']);
  assert.deepEqual(await row().skip(10).find(), []);
  assert.deepEqual(await row().limit(0).find(), []);
});

test('without a limit a find brings 100', async () => {
  assert.equal((await many().find()).length, 100);
  assert.equal((await many().limit(1000).find()).length, TOTAL);
});

test('first and get', async () => {
  assert.equal((await row().descending('name').first()).get('name'), 'd');
  assert.equal(await row().equalTo('name', 'zzz').first(), undefined);
  const { id } = await row().first();
  assert.equal((await row().get(id)).id, id);
  await rejects(row().get('nope'), Parse.Error.OBJECT_NOT_FOUND, 'Object not found.');
});

test('count', async () => {
  assert.equal(await many().count(), TOTAL);
  assert.equal(await many().equalTo('even', true).count(), TOTAL / 2);
  assert.equal(await many().limit(5).skip(3).count(), TOTAL);
});

// The reference takes the collection's metadata when nothing is filtered: exact on MongoDB, a guess on some engines.
test('count of all rows with the master key', { skip: lacks('exactCount') && 'the engine guesses' }, async () => {
  assert.equal(await many().count(master), TOTAL);
});

test('withCount', async () => {
  const { results, count } = await many().withCount().limit(3).ascending('i').find();
  assert.deepEqual([pluck(results, 'i'), count], [[0, 1, 2], TOTAL]);
  const none = await many().withCount().limit(0).find();
  assert.deepEqual([none.results, none.count], [[], TOTAL]);
});

test('each', async () => {
  const seen = [];
  await many().each(object => { seen.push(object.get('i')); });
  assert.deepEqual(seen.sort((a, b) => a - b), Array.from({ length: TOTAL }, (_, i) => i));
});

test('eachBatch', async () => {
  const sizes = [];
  await many().eachBatch(batch => { sizes.push(batch.length); }, { batchSize: 50 });
  assert.deepEqual(sizes, [50, 50, 30]);
});

test('findAll', async () => {
  const found = await many().equalTo('even', false).findAll({ batchSize: 20 });
  assert.equal(new Set(found.map(o => o.id)).size, TOTAL / 2);
});

test('map, filter and reduce', async () => {
  const query = () => many().lessThan('i', 5);
  assert.deepEqual((await query().map(o => o.get('i'))).sort(), [0, 1, 2, 3, 4]);
  assert.equal((await query().filter(o => o.get('even'))).length, 3);
  assert.equal(await query().reduce((sum, o) => sum + o.get('i'), 0), 10);
});

test('json results', async () => {
  const [json] = await row().equalTo('name', 'a').find({ json: true });
  assert.equal(json.n, 3);
  assert.equal(typeof json.createdAt, 'string');
});

test('hint and comment', async () => {
  assert.equal((await row().hint('_id_').find(master)).length, 4);
  assert.equal((await row().comment('a remark').find()).length, 4);
});

test('explain needs the master key and answers a plan', async () => {
  await rejects(row().explain().find(), Parse.Error.INVALID_QUERY, 'Using the explain query parameter requires the master key');
  const { status, body } = await rest('GET', `classes/${Row}?explain=true`, { useMasterKey: true });
  assert.equal(status, 200);
  assert.equal(typeof body.results, 'object');
  assert.equal((await rest('GET', `classes/${Row}?explain=nonsense`, { useMasterKey: true })).body.code, Parse.Error.INVALID_QUERY);
});

test('unknown parameters are refused', async () => {
  const { status, body } = await rest('GET', `classes/${Row}?wher={}`);
  assert.deepEqual([status, body], [400, { code: 102, error: 'Invalid parameter for query: wher' }]);
});
