'use strict';
// Finds: every operator on every column, nested logic, dotted paths, order, limit, skip, keys, include, count, distinct values.
const values = require('./values');

const FIELDS = ['s', 't', 'n', 'm', 'b', 'd', 'o', 'arr', 'tags', 'objs', 'p', 'q', 'g', 'pg', 'by', 'f', 'k'];
const PATHS = ['o.k', 'o.a', 'o.a.b', 'o.a.c', 'o.list', 'o.list.0', 'o.d', 'o.p', 'arr.0', 'arr.1', 'objs.k', 'objs.t', 'objs.0.k', 'objs.in.v',
  'objs.in.0.v', 'tags.0', 's.x', 'o.2', 'zz', 'zz.y'];
const REGEXES = ['^a', 'b', '^A', 'e$', 'a.b', '\\Qa.b*c\\E', '^\\QAbc\\E', '[a-c]+', '(?i)ABC', 'z|é', '^$', '.', '\\d+', '^line$', 'l.*f', '\\bcake\\b',
  '^(?!a)', 'é', 'ünï', '(a)(b)?', 'x{5,}', '\\s', 'a b c'];

function add(program) {
  const { rng } = program;
  const query = {};
  if (rng.chance(0.92)) query.where = where(rng, program, 2);
  const unordered = shape(rng, program, query);
  const master = rng.chance(0.25);
  // 9.10 asks the engine's statistics for a count without a filter: only a guess on this engine.
  const filtered = query.where && Object.keys(query.where).length > 0;
  if (rng.chance(0.15) && (filtered || !master)) query.count = 1;
  program.step({ area: 'queries', kind: 'find', method: 'GET', path: '/classes/A§', query, master, unordered });
}

/** Ids that the server chose have no order or pattern that two servers share. */
const ordered = (program, field) => program.custom || !['p', 'q', 'o.p'].includes(field);

/** Order, paging and projection; answers whether rows may come in any order. */
function shape(rng, program, query) {
  let unordered = 'results';
  const sortable = [...FIELDS, ...PATHS].filter(name => ordered(program, name));
  if (rng.chance(0.5)) {
    const by = rng.some(rng.int(0, 2), () => (rng.chance(0.4) ? '-' : '') + rng.pick(sortable));
    query.order = [...new Set([...by, 'k'])].join(',');
    unordered = undefined;
    if (rng.chance(0.4)) query.limit = rng.pick([0, 1, 2, 3, 5, 100, 1000]);
    if (rng.chance(0.3)) query.skip = rng.pick([0, 1, 2, 50]);
  }
  if (rng.chance(0.2)) query.keys = rng.subset([...FIELDS, 'rel', 'zz', 'o.k', 'o.a.b', 'p.name', 'objectId'], 0.2).join(',');
  if (rng.chance(0.12)) query.excludeKeys = rng.subset([...FIELDS, 'zz', 'objectId', 'o.k', 'createdAt'], 0.2).join(',');
  if (rng.chance(0.25)) query.include = rng.pick(['p', 'q', 'p,q', 'q.p', 'q.q', 'q.q.q.p', 'arr', 'o.p', '*', 'zz', 's', 'p.zz', 'o', 'rel', ['p', 'q']]);
  if (rng.chance(0.05)) query.includeAll = true;
  return unordered;
}

function where(rng, program, depth) {
  const node = {};
  for (let i = rng.weighted([[1, 0], [6, 1], [3, 2], [1, 3]]); i > 0; i -= 1) {
    const field = rng.chance(0.7) ? rng.pick(FIELDS) : rng.pick(PATHS);
    node[field] = condition(rng, program, field);
  }
  if (rng.chance(0.06)) node.objectId = idCondition(rng, program);
  if (rng.chance(0.04)) node[rng.pick(['createdAt', 'updatedAt'])] = timeCondition(rng);
  if (depth > 0 && rng.chance(0.25)) {
    node[rng.pick(['$or', '$and', '$nor'])] = rng.some(rng.int(1, 3), () => where(rng, program, depth - 1));
  }
  return node;
}

function idCondition(rng, program) {
  const id = () => program.someId(rng, 'A§');
  const forms = [id(), { $in: [id(), id()] }, { $nin: [id()] }, { $ne: id() }, { $exists: true }, { $eq: id() }, null, 5];
  // Random ids have no order that two servers share.
  if (program.custom) forms.push({ $gt: id() }, { $lte: id() }, { $regex: '^i' });
  return rng.pick(forms);
}

function timeCondition(rng) {
  const far = iso => ({ __type: 'Date', iso });
  return rng.pick([
    { $gt: far('2000-01-01T00:00:00.000Z') }, { $lt: far('2000-01-01T00:00:00.000Z') }, { $lt: '2200-01-01T00:00:00.000Z' }, { $gt: '2200-01-01T00:00:00.000Z' },
    far('2000-01-01T00:00:00.000Z'), '2000-01-01T00:00:00.000Z', { $exists: false }, { $ne: null }, { $relativeTime: '1 day ago' },
    { $gt: { $relativeTime: '1 day ago' } }, { $lt: { $relativeTime: 'in 3 wks' } }, { $gte: { $relativeTime: 'now and then' } }, 5,
  ]);
}

/** A value to compare the field with: mostly of the column's type. */
function operand(rng, program, field) {
  if (rng.chance(0.12)) return rng.pick([null, '', 0, true, 'abc', 1]);
  if (rng.chance(0.06)) return values.any(rng, program);
  switch (field) {
    case 'k': return rng.int(1, program.unique + 1);
    case 'arr': case 'arr.0': case 'arr.1': return rng.chance(0.7) ? rng.pick(values.SMALL) : values.json(rng, 0);
    case 'tags': case 'tags.0': case 'objs.t': return rng.pick(['red', 'green', 'blue', 'Red', '']);
    case 'o': case 'objs': case 'o.a': return values.json(rng, 0);
    case 'o.a.c': return rng.pick(values.STRINGS);
    case 'o.d': return values.date(rng);
    case 'o.p': return program.pointerTo(rng, 'B§');
    case 's': return rng.pick(values.STRINGS);
    default: return field in values.COLUMNS ? values.forColumn(rng, program, field) : rng.pick(values.SMALL);
  }
}

function condition(rng, program, field) {
  const value = () => operand(rng, program, field);
  const list = () => rng.some(rng.int(0, 4), value);
  return rng.weighted([
    [6, () => value()],
    [6, () => ({ [rng.pick(['$lt', '$lte', '$gt', '$gte'])]: rangeOperand(rng, program, field, value) })],
    [2, () => ({ $gte: rangeOperand(rng, program, field, value), $lt: rangeOperand(rng, program, field, value) })],
    [3, () => ({ $ne: value() })],
    [1, () => ({ $eq: value() })],
    [4, () => ({ [rng.pick(['$in', '$nin'])]: list() })],
    [2, () => ({ $all: list() })],
    [1, () => ({ $all: [{ $regex: '^\\Qre\\E' }, ...(rng.chance(0.2) ? ['red'] : [])] })],
    [2, () => ({ $containedBy: list() })],
    [3, () => ({ $exists: rng.chance(0.5) })],
    [3, () => (ordered(program, field) ? regex(rng) : value())],
    [1, () => ({ $not: rng.pick([...(ordered(program, field) ? [regex(rng)] : []), { $gt: 1 }, { $in: [1] }]) })],
    [1, () => ({ $ne: value(), $exists: true })],
    [1, () => ({ $exists: true, $nin: list() })],
    [1, () => ({ $in: list(), $ne: value() })],
  ])();
}

/** Ids that the server chose have no order that two servers share. */
function rangeOperand(rng, program, field, value) {
  const operandValue = value();
  const isPointer = operandValue && operandValue.__type === 'Pointer';
  return isPointer && !program.custom ? 1 : operandValue;
}

function regex(rng) {
  const condition = { $regex: rng.pick(REGEXES) };
  if (rng.chance(0.3)) condition.$options = rng.pick(['i', 'm', 's', 'x', 'im', 'u', 'is', 'z', '']);
  return condition;
}

module.exports = { add, where, FIELDS, PATHS };
