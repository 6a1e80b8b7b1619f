'use strict';
// Aggregate pipelines and distinct values. Groups come in any order; only rows in a set order are cut.
const values = require('./values');

const GROUP_KEYS = ['$s', '$m', '$b', '$p', '$tags', '$o.k', '$zz', null, { m: '$m', b: '$b' }, { $year: '$d' }, { $toUpper: '$t' }, '$d', 'literal', '$f'];
const ACCUMULATORS = [{ $sum: 1 }, { $sum: '$m' }, { $avg: '$m' }, { $min: '$m' }, { $max: '$k' }, { $max: '$s' }, { $min: '$d' }, { $sum: '$s' }, { $avg: '$zz' },
  { $sum: { $multiply: ['$m', 2] } }, { $addToSet: '$m' }, { $push: '$k' }, { $max: '$arr' }, { $count: {} }];
const EXPRESSIONS = [
  { $add: ['$m', 1] }, { $subtract: ['$m', '$k'] }, { $multiply: ['$m', '$k'] }, { $divide: ['$k', 2] }, { $mod: ['$k', 2] }, { $abs: '$m' }, { $floor: '$m' }, { $ceil: '$m' },
  { $round: ['$m', 0] }, { $trunc: '$m' }, { $sqrt: '$k' }, { $pow: ['$k', 2] },
  { $concat: ['$t', '-', '$t'] }, { $toLower: '$t' }, { $toUpper: '$s' }, { $substr: ['$t', 0, 3] }, { $strLenCP: '$t' }, { $split: ['$t', ' '] }, { $trim: { input: '$s' } },
  { $indexOfCP: ['$t', 'a'] },
  { $year: '$d' }, { $month: '$d' }, { $dayOfMonth: '$d' }, { $hour: '$d' }, { $minute: '$d' }, { $dayOfWeek: '$d' }, { $dateToString: { format: '%Y-%m-%d', date: '$d' } },
  { $cond: [{ $gt: ['$m', 1] }, 'big', 'small'] }, { $cond: { if: '$b', then: 1, else: 0 } }, { $ifNull: ['$s', 'none'] }, { $switch: { branches: [{ case: { $eq: ['$m', 1] }, then: 'one' }], default: 'other' } },
  { $eq: ['$m', 1] }, { $ne: ['$m', null] }, { $gt: ['$s', '$t'] }, { $cmp: ['$m', '$k'] }, { $and: ['$b', true] }, { $or: ['$b', '$m'] }, { $not: ['$b'] },
  { $in: ['red', { $ifNull: ['$tags', []] }] }, { $size: { $ifNull: ['$tags', []] } }, { $size: '$tags' }, { $arrayElemAt: ['$arr', 0] }, { $slice: ['$tags', 1] }, { $concatArrays: ['$tags', ['x']] },
  { $filter: { input: '$tags', as: 't', cond: { $eq: ['$$t', 'red'] } } }, { $map: { input: '$tags', as: 't', in: { $toUpper: '$$t' } } }, { $isArray: '$arr' }, { $type: '$s' },
  { $literal: '$m' }, '$m', '$o.k', '$objs.k', '$arr', '$zz', '$p', { $toString: '$k' }, { $first: '$tags' }, { $reverseArray: '$tags' }, { $sum: '$arr' }, { $max: ['$m', '$k'] },
  { $mergeObjects: ['$o', { z: 1 }] }, { $setUnion: ['$tags', ['red']] }, { $objectToArray: '$o.a' }, { $range: [0, 3] }, { $nonsense: 1 }, { $add: ['$s', 1] }, { $divide: ['$k', 0] },
];
const MATCHES = [{ m: { $gt: 0 } }, { b: true }, { s: 'abc' }, { tags: 'red' }, { 'o.k': 1 }, { $or: [{ m: 1 }, { k: { $lt: 3 } }] }, { d: { $gt: { __type: 'Date', iso: '2000-01-01T00:00:00.000Z' } } },
  { d: { $gte: '2020-01-01T00:00:00.000Z' } }, { zz: { $exists: false } }, { t: { $regex: 'coffee' } }, { k: { $in: [1, 2, 3] } }, { $expr: { $gt: ['$k', '$m'] } }, { m: { $ne: null } }, {},
  { arr: { $size: 2 } }, { s: { $type: 'string' } }, { objs: { $elemMatch: { k: 1 } } }, { k: { $mod: [2, 0] } }, { m: { $not: { $gt: 1 } } }, { m: null }];

function add(program) {
  const { rng } = program;
  rng.weighted([[10, pipeline], [3, distinct], [2, wrong]])(program, rng);
}

const matches = (rng, program) => rng.weighted([
  [8, () => rng.pick(MATCHES)],
  [1, () => ({ p: program.someId(rng, 'B§') })],
  [1, () => ({ objectId: program.someId(rng, 'A§') })],
  [1, () => ({ p: program.pointerTo(rng, 'B§') })],
  [1, () => ({ createdAt: { $gt: '2000-01-01T00:00:00.000Z' } })],
])();

function pipeline(program, rng) {
  const stages = rng.subset([0, 1], 0.5).map(() => ({ $match: matches(rng, program) }));
  const ending = rng.weighted([[5, group], [3, rows], [3, project], [1, count], [1, sample], [2, facet], [2, unwind], [1, lookup], [1, bucket], [1, sortByCount]]);
  const extra = ending(stages, rng) || {};
  const query = rng.chance(0.85) ? { pipeline: stages } : Object.assign({}, ...stages);
  program.step({ area: 'aggregate', kind: ending.name, method: 'GET', path: '/aggregate/A§', query, master: true, unordered: 'results', ...extra });
}

function group(stages, rng) {
  const stage = { _id: rng.pick(GROUP_KEYS) };
  let deep;
  for (let i = rng.int(0, 3); i > 0; i -= 1) {
    const accumulator = rng.pick(ACCUMULATORS);
    if (accumulator.$push || accumulator.$addToSet) deep = 'deep';
    stage[rng.pick(['total', 'n', 'x', 'avg'])] = accumulator;
  }
  stages.push({ $group: stage });
  return deep && { unordered: deep };
}

function rows(stages, rng) {
  stages.push({ $sort: { [rng.pick(['m', 's', 'd', 'zz', 'arr', 'o'])]: rng.pick([1, -1]), k: 1 } });
  if (rng.chance(0.4)) stages.push({ $skip: rng.pick([0, 1, 2]) });
  if (rng.chance(0.5)) stages.push({ $limit: rng.pick([1, 2, 5]) });
  if (rng.chance(0.4)) stages.push({ $project: { k: 1, m: 1, s: 1, p: 1 } });
  return { unordered: undefined };
}

function project(stages, rng) {
  const body = rng.pick([{}, { _id: 0 }, { k: 1 }, { k: 1, createdAt: 1 }, { objectId: 1, k: 1 }]);
  const fields = { ...body, out: rng.pick(EXPRESSIONS), ...(rng.chance(0.4) ? { more: rng.pick(EXPRESSIONS) } : {}) };
  stages.push({ [rng.pick(['$project', '$project', '$addFields', '$set'])]: fields });
  // Sets come in no fixed order.
  return [fields.out, fields.more].some(e => e && e.$setUnion) && { unordered: 'deep' };
}

function count(stages) {
  stages.push({ $count: 'total' });
}

function sample(stages) {
  stages.push({ $sample: { size: 1000 } });
}

function facet(stages) {
  stages.push({ $facet: { n: [{ $count: 'n' }], top: [{ $sort: { k: 1 } }, { $limit: 2 }, { $project: { _id: 0, k: 1 } }], all: [{ $group: { _id: null, m: { $max: '$k' } } }] } });
}

function unwind(stages, rng) {
  const path = rng.pick(['$tags', '$arr', '$objs', '$s', '$zz', '$o.list']);
  stages.push({ $unwind: rng.pick([path, { path, preserveNullAndEmptyArrays: true }, { path, includeArrayIndex: 'at' }]) });
  if (rng.chance(0.5)) stages.push({ $group: { _id: path, n: { $sum: 1 } } });
  else stages.push({ $project: { _id: 0, k: 1, at: 1, [path.slice(1)]: 1 } });
}

function lookup(stages, rng) {
  stages.push({ $lookup: { from: 'B§', localField: rng.pick(['m', 's', 'k']), foreignField: rng.pick(['m', 's']), as: 'found' } });
  stages.push({ $project: { _id: 0, k: 1, n: { $size: '$found' }, names: '$found.name' } });
  return { unordered: 'deep' };
}

function bucket(stages) {
  stages.push({ $bucket: { groupBy: '$k', boundaries: [0, 3, 6], default: 'more', output: { n: { $sum: 1 }, top: { $max: '$k' } } } });
}

function sortByCount(stages, rng) {
  stages.push({ $sortByCount: rng.pick(['$b', '$m']) });
}

function distinct(program, rng) {
  const query = { distinct: rng.pick(['s', 'n', 'm', 'b', 'd', 'p', 'q', 'tags', 'arr', 'objs.k', 'o.k', 'o', 'zz', 'g', 'f', 'objectId', 'rel']) };
  if (rng.chance(0.4)) query.where = rng.pick(MATCHES.slice(0, 6));
  program.step({ area: 'aggregate', kind: 'distinct', method: 'GET', path: '/aggregate/A§', query, master: true, unordered: 'deep' });
}

function wrong(program, rng) {
  const query = rng.pick([
    { pipeline: [{ group: { _id: null } }] }, { pipeline: [{ $group: { objectId: '$s' } }] }, { pipeline: [{ $group: { n: { $sum: 1 } } }] }, { pipeline: [{ $foo: 1 }] },
    { pipeline: [{ $match: {}, $limit: 1 }] }, { pipeline: 'x' }, { pipeline: 5 }, { pipeline: [] }, {}, { group: { _id: null } }, { pipeline: [{}] }, { pipeline: [null] }, { pipeline: [1] },
    { pipeline: [{ $limit: -1 }] }, { pipeline: [{ $limit: 0 }] }, { pipeline: [{ $limit: 'x' }] }, { pipeline: [{ $skip: -1 }] }, { pipeline: [{ $sort: {} }] }, { pipeline: [{ $sort: { a: 5 } }] },
    { pipeline: [{ $project: {} }] }, { pipeline: [{ $project: { a: 1, b: 0 } }] }, { pipeline: [{ $unwind: 'tags' }] }, { pipeline: [{ $group: { _id: '$s', x: { $nope: 1 } } }] },
    { pipeline: [{ $group: { _id: '$s', x: 1 } }] }, { pipeline: [{ $count: '' }] }, { pipeline: [{ $sample: { size: -1 } }] }, { pipeline: [{ $match: { $foo: 1 } }] },
    { pipeline: [{ $match: { s: { $foo: 1 } } }] }, { distinct: '' }, { pipeline: [{ $bucket: { groupBy: '$k', boundaries: [5, 1] } }] },
  ]);
  program.step({ area: 'aggregate', kind: 'wrong', method: 'GET', path: rng.chance(0.9) ? '/aggregate/A§' : '/aggregate/Nope§', query, master: rng.chance(0.95), unordered: 'results' });
}

module.exports = { add, values };
