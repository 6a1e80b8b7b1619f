'use strict';
// Every way to read a class, made from its schema and its rows; and what else there is to read.

const ROUTES = { _User: '/users', _Role: '/roles', _Session: '/sessions', _Installation: '/installations', _Audience: '/push_audiences' };
const VALUES = 2;
/** What a client that asks by these is told stands in COMPAT.md. */
const HIDDEN = ['authData', 'password'];
/** What 9.10 makes of ids that are no texts, in pipelines: COMPAT.md, too. */
const UNPIPED = ['Tool'];

const route = className => ROUTES[className] ?? `/classes/${className}`;
const get = (path, query, more) => ({ area: 'read', kind: path, method: 'GET', path, query, ...more });
const isObject = value => value !== null && typeof value === 'object' && !Array.isArray(value);

/** The reads of a class by the key or session `as`; `thorough` for each of its fields, too. Without an order, rows come in any. */
function reads({ className, fields }, rows, as, thorough) {
  const ask = (path, query) => get(path, query, { as, ...(query.order ? {} : { unordered: 'results' }), ...(as === 'maintenance' && { lax: 'keys' }) });
  const names = Object.keys(fields).filter(name => !HIDDEN.includes(name));
  const half = names.filter((_, i) => i % 2 === 0).join();
  // The engine only guesses how many rows there are without a condition.
  const count = { limit: 0, count: 1, where: { objectId: { $exists: true } } };
  // What the maintenance key counts, and reads by `keys`, stands in COMPAT.md.
  const usual = query => as !== 'maintenance' || !(query.count || query.keys || query.excludeKeys);
  const broad = [
    {}, { limit: 2, skip: 1, order: '-createdAt,objectId' }, count, { includeAll: true }, { keys: half }, { excludeKeys: half },
    { keys: names.find(name => name.length > 3), include: names.filter(name => fields[name].type === 'Pointer').join() },
  ].filter(usual).map(query => ask(route(className), query));
  const ends = [rows[0], rows.at(-1)].filter(Boolean);
  const single = ends.flatMap(({ objectId }) => [{}, { includeAll: 1 }, { keys: half }].filter(usual).map(query => ask(`${route(className)}/${objectId}`, query)));
  const byFields = thorough ? names.flatMap(name => byField(className, name, fields[name], rows)) : [];
  const queries = byFields.map(({ path = route(className), query }) => ask(path, query));
  return [...broad, ...single, ...queries, ...(as === 'master' && !UNPIPED.includes(className) ? names.flatMap(name => aggregates(className, name)) : [])];
}

function byField(className, name, { type, targetClass }, rows) {
  const values = distinct(rows.map(row => row[name]).filter(value => value !== undefined)).slice(0, VALUES);
  // Of places, 9.10 compares single coordinates (COMPAT.md).
  const none = type === 'GeoPoint' ? [] : [{ $nin: values }];
  const wheres = [{ $exists: true }, { $exists: false }, null, ...none, ...values.flatMap(value => conditions(value, values))].map(constraint => ({ [name]: constraint }));
  // Lists below a field as well: their dates never match there.
  const below = value => Object.keys(value).filter(key => !Array.isArray(value[key])).slice(0, 2);
  wheres.push(...values.filter(isObject).flatMap(value => below(value).map(key => ({ [`${name}.${key}`]: value[key] }))));
  if (type === 'Pointer') wheres.push({ [name]: { $inQuery: { className: targetClass, where: {} } } });
  const related = type === 'Relation' ? rows.slice(0, VALUES) : [];
  return [
    ...wheres.map(where => ({ query: { where, limit: 5, ...(where[name]?.$nearSphere ? {} : { order: 'objectId' }) } })),
    ...related.map(({ objectId }) => ({ path: route(targetClass), query: { where: { $relatedTo: { object: { __type: 'Pointer', className, objectId }, key: name } } } })),
    ...[{ order: `${name},objectId` }, { order: `-${name},objectId`, limit: 4 }, { keys: name }, { excludeKeys: name }, { include: name }].map(query => ({ query })),
  ];
}

/** Conditions that have to do with a value. */
function conditions(value, all) {
  if (Array.isArray(value)) return [{ $all: value.slice(0, 1) }, ...value.slice(0, 1)];
  switch (value?.__type) {
    case 'GeoPoint': return [{ $nearSphere: value }, { $geoWithin: { $centerSphere: [value, 0.1] } }, value];
    case 'Polygon': return [{ $geoIntersects: { $point: { __type: 'GeoPoint', latitude: 1, longitude: 1.5 } } }, value];
    case 'Relation': return [];
    default:
  }
  const text = typeof value === 'string' ? [{ $regex: `^${value.slice(0, 1).replace(/\W/g, '.')}`, $options: 'i' }] : [];
  return [value, { $ne: value }, { $in: all }, { $gt: value }, { $lte: value }, ...text];
}

const aggregates = (className, name) => [
  { distinct: name }, { pipeline: [{ $match: { [name]: { $exists: true } } }, { $sort: { _id: 1 } }, { $project: { [name]: 1 } }] },
  { pipeline: [{ $group: { _id: `$${name}`, n: { $sum: 1 }, last: { $max: '$createdAt' } } }, { $sort: { _id: 1 } }] },
].map(query => get(`/aggregate/${className}`, query, { area: 'aggregate', as: 'master', unordered: 'deep' }));

const distinct = values => [...new Map(values.map(value => [JSON.stringify(value), value])).values()];

/** What is no class, and what an account is shown of itself. */
function others(classes, sessions) {
  const asked = (path, as, more) => ({ area: 'read', kind: path, method: 'GET', path, as, ...more });
  const post = (path, body, more) => ({ area: 'read', kind: path, method: 'POST', path, body, as: 'client', ...more });
  return [
    ...['master', 'readonly', 'client'].flatMap(as => ['/config', '/schemas', '/hooks/functions', '/hooks/triggers', '/graphql-config', '/cloud_code/jobs', '/push_audiences'].map(path => asked(path, as))),
    ...classes.map(name => asked(`/schemas/${name}`, 'master')),
    ...[...sessions, 'legacytoken', 'r:0123456789abcdef0123456789abcdef'].flatMap(as => ['/users/me', '/sessions/me'].map(path => asked(path, as))),
    ...['ann', 'old', 'legacy', 'bob', 'careful', 'locked'].map(username => post('/login', { username, password: 'ann-pw' })),
    post('/verifyPassword', { username: 'old', password: 'ann-pw' }), post('/login', { username: 'bob', password: 'bob-3' }),
    ...['anon-1', 'anon-3', 'anon-4'].map(id => post('/users', { authData: { anonymous: { id } } })),
    post('/classes/Once', { n: 2 }, { headers: { 'X-Parse-Request-Id': 'only-once' } }),
    ...['coffee', 'cake -milk', '"hot coffee"'].map(term => asked('/classes/Place', 'master', { query: { where: { name: { $text: { $search: { $term: term } } } }, order: 'code' } })),
  ].map((step, i) => ({ id: `o${i}`, ...step }));
}

module.exports = { reads, others, route };
