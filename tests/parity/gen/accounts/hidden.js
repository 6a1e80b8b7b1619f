'use strict';
// Queries that name what may be hidden from the caller: in where at every depth, order, keys, includes, sub-queries, distinct, pipelines.
const cast = require('./cast');
const { row } = require('./objects');
const { pointer } = require('../values');

function add(program) {
  const { rng } = program;
  rng.weighted([[5, guarded], [4, users], [2, throughUsers], [1.5, distinct], [1.5, pipeline]])(program, rng);
}

const step = (program, kind, more) => program.step({ area: 'hidden', kind, as: cast.someone(program, program.rng), ...more });

/** A condition on one hidden field, somewhere in a where clause. */
function buried(rng, condition) {
  return rng.weighted([
    [6, () => condition],
    [1, () => ({ $or: [condition, { k: 1 }] })],
    [1, () => ({ $and: [condition] })],
    [1, () => ({ $nor: [condition] })],
    [1, () => ({ $or: [{ $and: [{ k: { $gt: 0 } }, condition] }] })],
  ])();
}

function guarded(program, rng) {
  const condition = rng.pick([{ secret: 'x' }, { secret: { $regex: '^x' } }, { secret: { $exists: true } }, { secret: { $ne: 'x' } }, { 'secret.a': 1 }, { s: 'a' }, { 'info.k': 1 }, { 'info.deep.secret': 'x' }, { info: { $exists: true } },
    { owner: cast.userPointer(program, rng) }, { v: { $in: [1, 2] } }, { team: cast.userPointer(program, rng) }, { s: { $select: { key: 'secret', query: { className: 'C§' } } } }, { s: { $dontSelect: { key: 'secret', query: { className: 'C§', where: { v: 1 } } } } },
    { link: { $inQuery: { className: 'C§', where: { secret: 'x' } } } }, { link: { $notInQuery: { className: 'C§', where: { 'info.k': 1 } } } }, { $relatedTo: { object: pointer('C§', row(program, rng)), key: 'rel' }, secret: 'x' }, { k: { $gt: 1 } }]);
  const query = { where: buried(rng, condition) };
  if (rng.chance(0.35)) query.order = rng.pick(['secret,k', '-secret,k', 'info.k,k', 'k', 's,k', 'owner', 'v,-k', '-k,secret']);
  if (query.order === 'owner' && !program.custom) query.order = 'k';
  if (rng.chance(0.3)) query.keys = rng.pick(['secret', 'secret,k', 'info.k', 'owner.secret', 'link.secret,link.k', 'k']);
  if (rng.chance(0.15)) query.excludeKeys = rng.pick(['secret', 'k']);
  if (rng.chance(0.25)) query.include = rng.pick(['link', 'owner', 'link.owner', 'secret']);
  if (rng.chance(0.15)) query.count = 1;
  if (rng.chance(0.08)) query.limit = 0;
  step(program, 'guarded', { method: 'GET', path: '/classes/C§', query, unordered: query.order && query.order !== 'owner' ? undefined : 'results' });
}

function users(program, rng) {
  const condition = rng.pick([{ email: 'ann§@e.com' }, { email: { $exists: true } }, { nick: 'ann' }, { secret: 's1' }, { 'info.k': 1 }, { age: { $gt: 1 } }, { tags: 'ann' }, { emailVerified: true }, { username: 'bob§' }, { email: { $regex: '^a' } },
    { objectId: cast.person(program, rng).id }, { password: 'x' }, { _hashed_password: { $exists: true } }, { sessionToken: 'x' }, { authData: { $exists: true } }, { 'authData.anonymous.id': 'anon1§' }, { _email_verify_token: 'x' }, { '_auth_data_anonymous.id': 'anon1§' }]);
  const query = { where: { ...buried(rng, condition), username: cast.everyone(program) } };
  // The names that servers choose have no order.
  if (rng.chance(0.3) && !program.people.some(({ name }) => name.startsWith('‹'))) query.order = rng.pick(['email', '-nick,username', 'age,username', 'username', 'info.k,username', 'secret,username', 'password', '_hashed_password', 'authData']);
  if (rng.chance(0.3)) query.keys = rng.pick(['email', 'nick,age', 'secret', 'password', 'authData', 'email,username']);
  if (rng.chance(0.15)) query.count = 1;
  if (rng.chance(0.08)) query.limit = 0;
  step(program, 'users', { method: 'GET', path: rng.pick(['/users', '/classes/_User']), query, unordered: 'results' });
}

/** Users found or shown through another class. */
function throughUsers(program, rng) {
  const inner = rng.pick([{ email: 'ann§@e.com' }, { nick: 'ann' }, { secret: 's1' }, { username: 'ann§' }, { 'info.k': 1 }, { tags: 'bob' }, { 'authData.anonymous.id': 'anon1§' }]);
  const where = rng.pick([
    { owner: { $inQuery: { className: '_User', where: { ...inner, username: cast.everyone(program) } } } },
    { owner: { $notInQuery: { className: '_User', where: { ...inner, username: cast.everyone(program) } } } },
    { s: { $select: { key: 'nick', query: { className: '_User', where: inner } } } },
    { s: { $dontSelect: { key: 'email', query: { className: '_User', where: inner } } } },
    { 'owner.nick': 'ann' }, { 'owner.email': 'x' }, { owner: { $exists: true } },
  ]);
  step(program, 'through', { method: 'GET', path: '/classes/C§', query: { where, ...(rng.chance(0.5) ? { include: 'owner' } : {}), ...(rng.chance(0.3) ? { keys: 'owner.email,owner.nick' } : {}) }, unordered: 'results' });
}

function distinct(program, rng) {
  const query = { distinct: rng.pick(['secret', 's', 'info.k', 'v', 'ACL']), ...(rng.chance(0.3) ? { where: { secret: 'x' } } : {}) };
  step(program, 'distinct', { method: 'GET', path: '/aggregate/C§', query, unordered: 'deep', ...asAdmin(rng) });
}

function pipeline(program, rng) {
  const stages = rng.pick([[{ $group: { _id: '$secret', n: { $sum: 1 } } }], [{ $match: { secret: 'x' } }, { $project: { k: 1, secret: 1 } }], [{ $sort: { k: 1 } }, { $limit: 2 }], [{ $project: { _id: 0, k: 1, owner: 1, link: 1 } }],
    [{ $match: { k: { $gt: 0 } } }, { $count: 'n' }], [{ $match: { owner: cast.person(program, rng).id } }]]);
  step(program, 'pipeline', { method: 'GET', path: '/aggregate/C§', query: { pipeline: stages }, unordered: 'results', ...asAdmin(rng) });
}

/** Pipelines are for the master key: others are asked now and then. */
const asAdmin = rng => (rng.chance(0.7) ? { as: rng.pick(['master', 'master', 'readonly']) } : {});

module.exports = { add };
