'use strict';
// Aggregate pipelines and distinct values.
const { test, before, after } = require('node:test');
const { Parse, assert, className, cleanUp, rejects, rows } = require('./support');

const Sale = className('Sale');
const Shop = className('Shop');
const run = pipeline => new Parse.Query(Sale).aggregate(pipeline);
const sorted = list => [...list].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
let north;

before(async () => {
  let south;
  [north, south] = await rows(Shop, [{ name: 'north' }, { name: 'south' }]);
  await rows(Sale, [
    { item: 'tea', qty: 2, price: 1.5, day: new Date('2024-01-15T10:00:00Z'), shop: north, tags: ['hot', 'leaf'], o: { k: 1 } },
    { item: 'tea', qty: 5, price: 1.5, day: new Date('2024-02-20T11:00:00Z'), shop: south, tags: ['hot'], o: { k: 2 } },
    { item: 'milk', qty: 1, price: 0.8, day: new Date('2024-02-21T12:00:00Z'), shop: north, tags: [], o: { k: 2 } },
    { item: 'cake', qty: 3, price: 4, day: new Date('2025-01-01T00:00:00Z'), shop: south },
  ]);
});
after(cleanUp);

test('$group with accumulators', async () => {
  const results = await run([
    { $group: { _id: '$item', total: { $sum: '$qty' }, n: { $sum: 1 }, avg: { $avg: '$qty' }, max: { $max: '$qty' }, min: { $min: '$qty' } } },
    { $sort: { _id: 1 } },
  ]);
  assert.deepEqual(results, [
    { total: 3, n: 1, avg: 3, max: 3, min: 3, objectId: 'cake' },
    { total: 1, n: 1, avg: 1, max: 1, min: 1, objectId: 'milk' },
    { total: 7, n: 2, avg: 3.5, max: 5, min: 2, objectId: 'tea' },
  ]);
});

test('$group of all, of a pointer, of several keys', async () => {
  const [all] = await run([{ $group: { _id: null, total: { $sum: { $multiply: ['$qty', '$price'] } } } }]);
  assert.equal(all.objectId, null);
  assert.ok(Math.abs(all.total - 23.3) < 1e-9);
  const shops = await run([{ $group: { _id: '$shop', n: { $sum: 1 } } }]);
  assert.deepEqual(sorted(shops.map(r => r.n)), [2, 2]);
  assert.ok(shops.some(r => r.objectId === north.id));
  const keys = await run([{ $group: { _id: { item: '$item', k: '$o.k' }, n: { $sum: 1 } } }]);
  assert.equal(keys.length, 4);
});

test('$group by parts of a date', async () => {
  const results = await run([{ $group: { _id: { y: { $year: '$day' }, m: { $month: '$day' } }, n: { $sum: 1 } } }, { $sort: { _id: 1 } }]);
  assert.deepEqual(results.map(r => [r.objectId, r.n]), [[{ y: 2024, m: 1 }, 1], [{ y: 2024, m: 2 }, 2], [{ y: 2025, m: 1 }, 1]]);
});

test('$push, $addToSet, $first and $last', async () => {
  const [tea] = await run([
    { $sort: { qty: 1 } },
    { $match: { item: 'tea' } },
    { $group: { _id: '$item', all: { $push: '$qty' }, prices: { $addToSet: '$price' }, first: { $first: '$qty' }, last: { $last: '$qty' } } },
  ]);
  assert.deepEqual(tea, { all: [2, 5], prices: [1.5], first: 2, last: 5, objectId: 'tea' });
});

test('$match with operators, pointers, dates and ids', async () => {
  const count = async where => (await run([{ $match: where }])).length;
  assert.equal(await count({ qty: { $gt: 1, $lt: 4 } }), 2);
  assert.equal(await count({ $or: [{ item: 'milk' }, { qty: 5 }] }), 2);
  assert.equal(await count({ shop: north.id }), 2);
  assert.equal(await count({ day: { $gte: new Date('2024-02-20T11:00:00Z') } }), 3);
  assert.equal(await count({ tags: 'hot' }), 2);
  assert.equal(await count({ 'o.k': 2 }), 2);
  const [one] = await run([{ $match: { item: 'cake' } }]);
  assert.equal((await run([{ $match: { objectId: one.objectId } }])).length, 1);
});

test('a where of the query goes before the pipeline', async () => {
  const results = await new Parse.Query(Sale).equalTo('item', 'tea').aggregate([{ $group: { _id: null, n: { $sum: 1 } } }]);
  assert.equal(results[0].n, 2);
});

test('whole rows come back as Parse objects do', async () => {
  const [row] = await run([{ $match: { item: 'cake' } }]);
  assert.equal(typeof row.createdAt, 'string');
  assert.deepEqual(row.day, { __type: 'Date', iso: '2025-01-01T00:00:00.000Z' });
  assert.equal(row.shop.__type, 'Pointer');
  assert.equal(row.shop.className, Shop);
});

test('$project, $addFields, $sort, $skip and $limit', async () => {
  assert.deepEqual(
    await run([{ $sort: { qty: -1 } }, { $skip: 1 }, { $limit: 2 }, { $project: { _id: 0, qty: 1 } }]),
    [{ qty: 3 }, { qty: 2 }]);
  assert.deepEqual(
    await run([{ $match: { item: 'cake' } }, { $addFields: { cost: { $multiply: ['$qty', '$price'] } } }, { $project: { _id: 0, cost: 1 } }]),
    [{ cost: 12 }]);
});

test('$project of expressions', async () => {
  const [row] = await run([
    { $match: { item: 'milk' } },
    { $project: { _id: 0, up: { $toUpper: '$item' }, both: { $concat: ['$item', '-', 'x'] }, big: { $cond: [{ $gt: ['$qty', 2] }, 'yes', 'no'] },
      none: { $ifNull: ['$nothing', 'dflt'] }, n: { $size: '$tags' }, rest: { $subtract: [10, '$qty'] } } },
  ]);
  assert.deepEqual(row, { up: 'MILK', both: 'milk-x', big: 'no', none: 'dflt', n: 0, rest: 9 });
});

test('$unwind and $count', async () => {
  const tags = await run([{ $unwind: '$tags' }, { $group: { _id: '$tags', n: { $sum: 1 } } }, { $sort: { _id: 1 } }]);
  assert.deepEqual(tags, [{ n: 2, objectId: 'hot' }, { n: 1, objectId: 'leaf' }]);
  assert.deepEqual(await run([{ $match: { item: 'tea' } }, { $count: 'total' }]), [{ total: 2 }]);
});

test('$lookup, $facet, $bucket and $sample', async () => {
  const looked = await run([
    { $match: { item: 'tea' } }, { $lookup: { from: Sale, localField: 'item', foreignField: 'item', as: 'same' } },
    { $project: { _id: 0, n: { $size: '$same' } } },
  ]);
  assert.deepEqual(looked, [{ n: 2 }, { n: 2 }]);
  const [facet] = await run([{ $facet: { count: [{ $count: 'n' }], top: [{ $sort: { qty: -1 } }, { $limit: 1 }, { $project: { _id: 0, qty: 1 } }] } }]);
  assert.deepEqual([facet.count, facet.top], [[{ n: 4 }], [{ qty: 5 }]]);
  const buckets = await run([{ $bucket: { groupBy: '$qty', boundaries: [0, 2, 4], default: 'more', output: { n: { $sum: 1 } } } }]);
  assert.deepEqual(sorted(buckets), sorted([{ n: 1, objectId: 0 }, { n: 2, objectId: 2 }, { n: 1, objectId: 'more' }]));
  assert.equal((await run([{ $sample: { size: 2 } }])).length, 2);
});

test('a pipeline as an object', async () => {
  assert.deepEqual(await run({ $match: { item: 'tea' }, $count: 'n' }), [{ n: 2 }]);
});

test('distinct', async () => {
  const distinct = (field, query = new Parse.Query(Sale)) => query.distinct(field).then(list => [...list].sort());
  assert.deepEqual(await distinct('item'), ['cake', 'milk', 'tea']);
  assert.deepEqual(await distinct('qty', new Parse.Query(Sale).equalTo('item', 'tea')), [2, 5]);
  assert.deepEqual(await distinct('tags'), ['hot', 'leaf']);
  assert.deepEqual(await distinct('o.k'), [1, 2]);
  assert.deepEqual(await distinct('nothing'), []);
  const shops = await new Parse.Query(Sale).distinct('shop');
  assert.equal(shops.length, 2);
});

test('what cannot be run is refused', async () => {
  await rejects(run([{ group: { _id: null } }]), Parse.Error.INVALID_QUERY, "Invalid aggregate stage 'group'.");
  await rejects(run([{ $group: { objectId: '$item' } }]), Parse.Error.INVALID_QUERY, "Cannot use 'objectId' in aggregation stage $group.");
  await rejects(run([{ $group: { n: { $sum: 1 } } }]), Parse.Error.INVALID_QUERY, 'Invalid parameter for query: group. Missing key _id');
  await rejects(run([{ $noSuchStage: 1 }]), Parse.Error.INVALID_QUERY);
  await rejects(run([{ $match: { a: 1 }, $limit: 1 }]), Parse.Error.INVALID_QUERY);
});
