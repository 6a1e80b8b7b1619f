'use strict';
// Relations: members changed, and queries from both ends.
const values = require('./values');

function add(program) {
  const { rng } = program;
  rng.weighted([[2, change], [3, relatedTo], [3, owners]])(program, rng);
}

function change(program, rng) {
  const __op = rng.pick(['AddRelation', 'AddRelation', 'RemoveRelation']);
  program.step({
    area: 'relations', kind: __op, method: 'PUT', path: `/classes/A§/${program.someId(rng, 'A§')}`,
    body: { rel: { __op, objects: rng.some(rng.int(1, 3), () => program.pointerTo(rng, 'B§')) } },
  });
}

function relatedTo(program, rng) {
  const constraint = rng.chance(0.85)
    ? { object: program.pointerTo(rng, 'A§'), key: rng.pick(['rel', 'rel', 'rel', 'zz', 's']) }
    : rng.pick([{}, { key: 'rel' }, { object: program.pointerTo(rng, 'A§') }, { object: 1, key: 'rel' }, null, 'x']);
  const where = { $relatedTo: constraint };
  if (rng.chance(0.3)) where[rng.pick(['m', 'name'])] = rng.pick([1, 'b0', { $exists: true }]);
  const query = { where: rng.chance(0.15) ? { $or: [where, { name: 'b2' }] } : where };
  if (rng.chance(0.3)) query.count = 1;
  if (rng.chance(0.3)) query.order = '-k';
  program.step({ area: 'relations', kind: 'relatedTo', method: 'GET', path: '/classes/B§', query, unordered: query.order ? undefined : 'results', master: rng.chance(0.2) });
}

function owners(program, rng) {
  const to = () => program.pointerTo(rng, 'B§');
  const rel = rng.pick([to(), { $in: [to(), to()] }, { $ne: to() }, { $nin: [to()] }, { $in: [] }, { $exists: true }, null, 'x', { $gt: 1 },
    { $eq: to() }, { $all: [to()] }, values.pointer('A§', 'missing000'), { $in: [to()], $ne: to() }]);
  const where = rng.chance(0.3) ? { $or: [{ rel }, { k: 2 }] } : { rel };
  program.step({ area: 'relations', kind: 'owners', method: 'GET', path: '/classes/A§', query: { where, keys: 'k,rel' }, unordered: 'results' });
}

module.exports = { add };
