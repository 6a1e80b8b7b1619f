'use strict';
// $inQuery, $notInQuery, $select, $dontSelect, redirectClassNameForKey.
const values = require('./values');
const { where } = require('./queries');

function add(program) {
  const { rng } = program;
  const condition = rng.weighted([[4, inQuery], [4, select], [1, nested], [1, wrong]])(program, rng);
  const query = { where: rng.chance(0.2) ? { $or: [condition, { k: 1 }] } : condition };
  if (rng.chance(0.3)) query.count = 1;
  if (rng.chance(0.2)) query.include = 'p';
  if (rng.chance(0.04)) query.redirectClassNameForKey = rng.pick(['rel', 'p', 's', 'zz']);
  program.step({ area: 'subqueries', kind: Object.keys(Object.values(condition)[0] ?? {})[0] ?? 'none', method: 'GET', path: '/classes/A§', query, unordered: 'results' });
}

const inner = (program, rng) => rng.pick([{}, { m: 1 }, { m: { $gt: 0 } }, { name: 'b0' }, { name: { $in: ['b1', 'b2'] } }, { $or: [{ name: 'b0' }, { m: 2 }] }, { zz: 1 }]);

function inQuery(program, rng) {
  const operator = rng.pick(['$inQuery', '$notInQuery']);
  if (rng.chance(0.25)) return { q: { [operator]: { className: 'A§', where: where(rng, program, 1) } } };
  return { [rng.pick(['p', 'p', 'p', 'arr', 'rel', 'o.p'])]: { [operator]: { className: rng.pick(['B§', 'B§', 'B§', 'Nope§']), where: inner(program, rng) } } };
}

function select(program, rng) {
  const operator = rng.pick(['$select', '$dontSelect']);
  const [field, key] = rng.pick([['m', 'm'], ['s', 's'], ['k', 'k'], ['n', 'm'], ['s', 'name'], ['o.k', 'm'], ['tags', 's'], ['arr', 'm'], ['m', 'zz'], ['zz', 'm']]);
  return { [field]: { [operator]: { key, query: { className: 'B§', where: inner(program, rng) } } } };
}

function nested(program, rng) {
  return { q: { $inQuery: { className: 'A§', where: { p: { $inQuery: { className: 'B§', where: inner(program, rng) } } } } } };
}

function wrong(program, rng) {
  return rng.pick([
    { p: { $inQuery: {} } }, { p: { $inQuery: { className: 'B§' } } }, { p: { $inQuery: 1 } }, { p: { $notInQuery: { where: {} } } }, { p: { $inQuery: { where: {}, className: 5 } } },
    { s: { $select: {} } }, { s: { $select: { key: 's' } } }, { s: { $select: { key: 's', query: {} } } }, { s: { $select: { key: 's', query: { className: 'B§' }, extra: 1 } } },
    { s: { $dontSelect: { query: { className: 'B§' } } } }, { s: { $dontSelect: 'x' } }, { s: { $select: { key: 1, query: { className: 'B§' } } } },
    { p: { $inQuery: { className: 'bad name', where: {} } } }, { p: { $inQuery: { className: 'B§', where: 'x' } } },
    { s: { $select: { key: 's', query: { className: 'B§', where: { 'bad key': 1 } } } } }, { p: { $inQuery: { className: 'B§', where: { m: { $foo: 1 } } } } },
  ]);
}

module.exports = { add, values };
