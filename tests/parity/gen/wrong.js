'use strict';
// Requests that are wrong, or odd, at the edge: names, parameters, JSON, methods, keys.

function add(program) {
  const { rng } = program;
  const id = program.someId(rng, 'B§');
  const get = (query, path = '/classes/B§') => ({ method: 'GET', path, query, unordered: 'results' });
  const raw = (raw, path = '/classes/B§') => ({ method: 'POST', path, raw });
  const where = value => get({ where: value });
  program.step({ area: 'wrong', kind: 'edge', ...rng.pick([
    get({ wher: {} }), get({ limit: 'abc' }), get({ limit: 0 }), get({ skip: 'x' }), get({ count: 0 }), get({ count: 'true' }), get({ order: 'bad-name' }), get({ order: '' }), get({ order: 5 }), get({ order: 'k,,-k' }),
    get({ order: ' k , -m ' }), get({ keys: '' }), get({ keys: 'bad key' }), get({ keys: 5 }), get({ include: '' }), get({ include: '.' }), get({ include: 5 }), get({ excludeKeys: '' }), get({ hint: 'nope' }),
    get({ readPreference: 'NOPE' }), get({ readPreference: 'secondary_preferred' }), get({ explain: 'maybe' }), get({ explain: true }), get({ comment: 'c' }), get({ redirectClassNameForKey: 'zz' }),
    get({ where: '{bad' }), get({ where: '[]' }), get({ where: '"x"' }), get({ where: '5' }), get({ where: 'null' }), get({ where: '' }),
    where({ 'bad key': 1 }), where({ _x: 1 }), where({ $foo: 1 }), where({ ACL: {} }), where({ ACL: null }), where({ $or: 1 }), where({ $or: {} }), where({ $and: 'x' }), where({ $nor: [] }), where({ $nor: 1 }), where({ $or: [1] }),
    where({ $or: [null] }), where({ $and: [{}] }), where({ $or: [{}, {}] }), where({ s: { $foo: 1 } }), where({ s: { $regex: 1 } }), where({ s: { $regex: 'a', $options: 1 } }), where({ s: { $regex: 'a', $options: 'q' } }), where({ s: { $options: 'i' } }),
    where({ s: { $regex: '(' } }), where({ s: { $in: 1 } }), where({ s: { $nin: 'x' } }), where({ s: { $in: null } }), where({ s: { $all: 1 } }), where({ s: { $containedBy: 1 } }), where({ s: { $exists: 'x' } }), where({ s: { $exists: null } }), where({ s: { $exists: 0 } }),
    where({ s: {} }), where({ s: [] }), where({ s: [1, 2] }), where({ s: { a: 1 } }), where({ s: { $in: [[1], { a: 1 }] } }), where({ s: { $in: [{ a: 1 }] } }), where({ s: { $eq: { a: 1 } } }), where({ s: { $eq: [1] } }), where({ s: { $ne: [1] } }), where({ s: { $ne: {} } }),
    where({ s: { $gt: null } }), where({ s: { $lt: [1] } }), where({ s: { $gt: {} } }), where({ s: { $size: 1 } }), where({ s: { $type: 2 } }), where({ s: { $where: '1' } }), where({ $where: '1' }), where({ s: { $elemMatch: {} } }), where({ $expr: {} }), where({ $comment: 'x' }), where({ $text: {} }),
    where({ s: { $in: ['a'], a: 1 } }), where({ s: { a: 1, $exists: true } }), where({ s: { __type: 'Nonsense' } }), where({ s: { __op: 'Delete' } }), where({ 'a..b': 1 }), where({ '.a': 1 }), where({ 'a.': 1 }), where({ 'a.$b': 1 }), where({ length: 1 }), where({ className: 'x' }),
    where({ _rperm: 'x' }), where({ _wperm: { $in: ['*'] } }), where({ _session_token: 'x' }), where({ 'authData.x.id': 1 }), where({ objectId: [1] }), where({ objectId: {} }), where({ createdAt: 'nonsense' }), where({ createdAt: { $gt: 5 } }),
    where({ s: { $nearSphere: 1 } }), where({ s: { $maxDistance: 1 } }), where({ m: { $relativeTime: '1 day ago' } }), where({ m: { $gt: { $relativeTime: '1 day ago' } } }), where({ s: { $dontSelect: 1 } }), where({ s: { $select: null } }),
    get({}, '/classes/1bad'), get({}, '/classes/bad-name'), get({}, '/classes/_Nope'), get({}, '/classes/'), get({}, '/classes/_SCHEMA'), get({}, '/classes/_Join:rel:A§'), get({}, '/classes/_Hooks'), get({}, '/nothing'), get({}, '/CLASSES/B§'), get({}, '/classes/B§/'),
    get({ where: {} }, `/classes/B§/${id}`), get({ limit: 1 }, `/classes/B§/${id}`), get({ keys: 'name', zz: 1 }, `/classes/B§/${id}`),
    { method: 'POST', path: '/classes/1bad', body: { a: 1 } }, { method: 'POST', path: '/classes/bad-name', body: { a: 1 } }, { method: 'POST', path: '/classes/_Nope', body: { a: 1 } }, { method: 'POST', path: `/classes/B§/${id}`, body: {} },
    { method: 'PUT', path: '/classes/B§', body: {} }, { method: 'DELETE', path: '/classes/B§' }, { method: 'PATCH', path: '/classes/B§', body: {} },
    ...['1bad', '_bad', 'bad-dash', 'bäd', 'length', 'a b', '', '$x', 'className', '__type', '__proto__x', 'a.b', 'a.0', 'constructor'].map(field => ({ method: 'POST', path: '/classes/B§', body: { [field]: 1 } })),
    ...['1bad', '_bad', 'length', 'a b', '$x', '__type', 'a..b', 'name.x', 'a.$b', 'authData.x', '_rperm', 'objectId.x', 'createdAt.x'].map(field => ({ method: 'PUT', path: `/classes/B§/${id}`, body: { [field]: 1 } })),
    { method: 'POST', path: '/classes/B§', body: { o: { $a: 1 } } }, { method: 'POST', path: '/classes/B§', body: { o: { 'a.b': 1 } } }, { method: 'POST', path: '/classes/B§', body: { o: [{ $a: 1 }] } }, { method: 'POST', path: '/classes/B§', body: { o: { _bsontype: 'Code' } } },
    { method: 'POST', path: '/classes/B§', body: { o: { deep: { constructor: 1 } } } }, { method: 'PUT', path: `/classes/B§/${id}`, body: { o: { $a: 1 } } }, { method: 'PUT', path: `/classes/B§/${id}`, body: { name: { $a: 1 } } },
    { method: 'POST', path: '/classes/B§', body: { ACL: 5 } }, { method: 'POST', path: '/classes/B§', body: { ACL: 'x' } }, { method: 'POST', path: '/classes/B§', body: { ACL: [] } }, { method: 'POST', path: '/classes/B§', body: { ACL: { '*unresolved': { read: true } } } },
    { method: 'POST', path: '/classes/B§', body: { ACL: { '*': 1 } } }, { method: 'POST', path: '/classes/B§', body: { ACL: { '*': { read: 'yes', other: true } } } },
    { method: 'POST', path: '/classes/B§', body: { createdAt: '2020-01-01T00:00:00.000Z' } }, { method: 'POST', path: '/classes/B§', body: { updatedAt: { __type: 'Date', iso: '2020-01-01T00:00:00.000Z' } } },
    raw('{bad'), raw('"x"'), raw('5'), raw('null'), raw('[]'), raw('[1]'), raw(''), raw('{"a":1}x'), raw('{"a":1,"a":2}'), raw('{"n1":1.0,"n2":1e2,"n3":-0,"n4":12345678901234567890}'), raw('{"a":1e999}'), raw('\ufeff{}'), raw('{"x":"\\u0000"}'), raw('{"x":"\\ud800"}'),
    { ...get({}), headers: { 'X-Parse-Application-Id': 'wrong' } }, { ...get({}), headers: { 'X-Parse-Master-Key': 'wrong' } }, { ...get({}), headers: { 'X-Parse-Session-Token': 'r:nope' } }, { ...get({}), headers: { 'X-Parse-Cloud-Context': '[1]x' } },
    { method: 'POST', path: '/classes/B§', body: { _method: 'GET', limit: 1, order: 'k' } }, { method: 'POST', path: '/classes/B§', body: { _method: 'get', limit: 0 } }, { method: 'POST', path: '/classes/B§', body: { _method: 'NOPE' } },
    { method: 'GET', path: '/health' }, { method: 'GET', path: '/serverInfo', master: true }, { method: 'GET', path: '/serverInfo' }, { method: 'POST', path: '/functions/nope', body: {} }, { method: 'OPTIONS', path: '/classes/B§' },
  ]) });
}

module.exports = { add };
