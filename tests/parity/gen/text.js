'use strict';
// Full text: one searched column, `t`, as a class has one text index.

function add(program) {
  const { rng } = program;
  const $search = rng.chance(0.85) ? { $term: rng.pick(['coffee', 'cake', 'COFFEE', 'coffee cake', '"hot coffee"', 'cake -coffee', 'run', 'bake', 'nothing', 'tea']) }
    : rng.pick([1, {}, { $term: 5 }, { $term: 'x', $language: 1 }, { $term: 'x', $caseSensitive: 'y' }, { $term: 'x', $diacriticSensitive: 1 }, null, 'x', { $term: '' }]);
  if ($search && $search.$term && rng.chance(0.15)) $search.$language = rng.pick(['none', 'en', 'english']);
  const query = { where: { t: { $text: { $search } } } };
  if (rng.chance(0.3)) query.where.m = { $gte: 1 };
  if (rng.chance(0.3)) query.count = 1;
  if (rng.chance(0.3)) query.keys = 't,k';
  program.step({ area: 'text', kind: 'find', method: 'GET', path: '/classes/A§', query, unordered: 'results', lax: 'score' });
}

module.exports = { add };
