'use strict';
// The script of a database that is used by both servers: what an app and its administrator do, a few hundred requests, none of
// which fails. A step is as in program.js; `both` asks either server, after one of them has written what is asked for.
const values = require('./values');

const { pointer } = values;
const date = iso => ({ __type: 'Date', iso });
const geo = (latitude, longitude) => ({ __type: 'GeoPoint', latitude, longitude });
const related = (op, className, ...ids) => ({ __op: `${op}Relation`, objects: ids.map(id => pointer(className, id)) });
const op = (name, ...objects) => ({ __op: name, objects });
const GONE = { __op: 'Delete' };

class Script {
  constructor(letter = 's') {
    this.letter = letter;
    this.steps = [];
  }

  step(method, path, body, more = {}) {
    const id = `${this.letter}${this.steps.length}`;
    this.steps.push({ id, method, path, body, as: 'master', ...more });
    return id;
  }

  /** Adds a create; answers the placeholder of its id. */
  make(path, body, more) {
    return `‹${this.step('POST', path, body, more)}›`;
  }

  change(path, body, more) {
    this.step('PUT', path, body, more);
  }

  look(path, query, more) {
    this.step('GET', path, undefined, { query, both: true, ...more });
  }
}

function script() {
  const app = new Script();
  schemas(app);
  const players = [0, 1, 2, 3, 4, 5].map(i => app.make('/classes/Player', { name: `Player ${i}`, level: i, home: geo(i, -i) }));
  for (let round = 0; round < 12; round += 1) objects(app, players, round);
  queries(app, players);
  const users = accounts(app);
  roles(app, users);
  permissions(app, users);
  devices(app);
  administration(app);
  batches(app, players);
  endings(app, players);
  return app.steps;
}

function schemas(app) {
  app.step('POST', '/schemas/Declared', {
    fields: {
      title: { type: 'String', required: true, defaultValue: 'none' }, size: { type: 'Number', defaultValue: 7 }, when: { type: 'Date' },
      owner: { type: 'Pointer', targetClass: '_User' }, fans: { type: 'Relation', targetClass: '_User' }, place: { type: 'GeoPoint' },
      area: { type: 'Polygon' }, data: { type: 'Bytes' }, list: { type: 'Array' }, more: { type: 'Object' }, flag: { type: 'Boolean' }, file: { type: 'File' },
    },
    classLevelPermissions: { find: { '*': true }, get: { '*': true }, create: { requiresAuthentication: true }, update: { '*': true }, delete: {}, addField: {}, protectedFields: { '*': ['more'] } },
  });
  app.change('/schemas/Declared', { indexes: { bySize: { size: 1, title: -1 } } });
  app.look('/schemas/Declared');
  app.step('POST', '/schemas/Plain', {});
  app.change('/schemas/Plain', { fields: { a: { type: 'String' }, b: { type: 'Number', required: true } } });
  app.change('/schemas/Plain', { fields: { c: { type: 'Pointer', targetClass: 'Declared' }, a: GONE } });
  app.change('/schemas/Plain', { classLevelPermissions: { find: { requiresAuthentication: true }, get: { '*': true } } });
  app.change('/schemas/Plain', { indexes: { byB: { b: 1 }, byC: { _p_c: -1 } } });
  app.change('/schemas/Plain', { indexes: { byB: GONE } });
  app.look('/schemas/Plain');
  for (const title of ['one', undefined]) app.make('/classes/Declared', { ...(title && { title }), when: date('2020-02-03T04:05:06.789Z') });
  app.look('/classes/Declared', { order: 'title' });
}

/** An object of every type, each operation on it, and what both servers then see. */
function objects(app, players, round) {
  const player = at => players[(round + at) % players.length];
  const id = app.make('/classes/Game', {
    round, title: `Game ${round}`, rating: round / 4 + 0.1, big: 2147483640 + round, huge: 2 ** 53 - round, won: round % 2 === 0, at: date(`2021-0${(round % 9) + 1}-11T10:00:00.00${round % 10}Z`),
    first: pointer('Player', player(0)), players: related('Add', 'Player', player(1), player(2)), spot: geo(round - 5.5, 10 + round),
    field: { __type: 'Polygon', coordinates: [[0, 0], [0, round + 1], [round + 1, round + 1], [0, 0]] }, blob: { __type: 'Bytes', base64: 'AAEC/w==' },
    shot: { __type: 'File', name: `shot${round}.png`, url: `http://127.0.0.1/files/shot${round}.png` }, tags: ['a', 'b', `t${round}`], scores: [round, 1.5, -0, null, [1, [2]], { deep: { at: date('2020-01-01T00:00:00.000Z') } }],
    mates: [pointer('Player', player(0)), pointer('Player', player(3))], state: { level: round, log: [1, { x: 'y' }], map: { 10: 'ten', 2: 'two', b: 1 }, at: date('2020-05-05T05:05:05.005Z'), who: pointer('Player', player(4)), here: geo(1, 2) },
    nothing: null, empty: {}, none: [], umlaut: 'Grüße 日本 😀', visits: { __op: 'Increment', amount: 3 }, seen: op('AddUnique', 1, 2, 2), extra: op('Add', 'x', 'x'),
  });
  const game = `/classes/Game/${id}`;
  app.look(game);
  app.change(game, { visits: { __op: 'Increment', amount: round % 3 === 0 ? 0.5 : 2 }, big: { __op: 'Increment', amount: 100 } });
  app.change(game, { tags: op('AddUnique', 'a', 'new'), scores: op('Add', round, { k: 1 }), mates: op('Remove', pointer('Player', player(3))) });
  app.change(game, { 'state.level': 5, 'state.fresh.deep': 'v', 'state.count': { __op: 'Increment', amount: 2 }, 'state.log': [3], 'state.map': { z: 1, 1: 2 } });
  app.change(game, { 'state.when': date('2022-01-01T00:00:00.000Z'), 'state.at': GONE, nothing: 'something' });
  app.change(game, { players: related('Add', 'Player', player(3)), title: GONE });
  app.change(game, { players: related('Remove', 'Player', player(1)), first: round % 2 ? pointer('Player', player(5)) : null });
  app.change(game, { at: date('1969-12-31T23:59:59.999Z'), spot: geo(-10, 20 + round), blob: { __type: 'Bytes', base64: 'YQ==' }, shot: GONE, rating: 7, won: null, empty: { a: { b: [] } } });
  app.change(game, { ACL: [{ '*': { read: true } }, { '*': { read: true, write: true }, someUser00: { write: true } }, {}, GONE][round % 4] });
  app.change(game, { [`late${round % 3}`]: [1, 'text', true][round % 3] });
  app.look(game);
  app.look('/classes/Player', { where: { $relatedTo: { object: pointer('Game', id), key: 'players' } }, order: 'name' });
}

function queries(app, players) {
  const wheres = [
    { round: { $gt: 3, $lte: 9 } }, { tags: 'new' }, { tags: { $all: ['a', 'new'] } }, { 'state.level': 5 }, { first: pointer('Player', players[1]) }, { first: { $exists: false } },
    { $or: [{ round: 1 }, { title: { $regex: '^Game' } }] }, { umlaut: { $regex: 'grüße', $options: 'i' } }, { at: { $lt: date('1970-01-01T00:00:00.000Z') } },
    { spot: { $nearSphere: geo(0, 0) } }, { spot: { $geoWithin: { $polygon: [geo(-20, 0), geo(-20, 40), geo(20, 20)] } } }, { field: { $geoIntersects: { $point: geo(0.5, 0.6) } } },
    { first: { $inQuery: { className: 'Player', where: { level: { $gt: 2 } } } } }, { nothing: null }, { mates: pointer('Player', players[0]) },
  ];
  for (const where of wheres) app.look('/classes/Game', { where, ...(where.spot?.$nearSphere ? {} : { order: 'round' }), include: 'first', limit: 4 });
  app.look('/aggregate/Game', { pipeline: [{ $group: { _id: '$won', visits: { $sum: '$visits' }, last: { $max: '$round' } } }, { $sort: { last: 1 } }] });
  app.look('/aggregate/Game', { distinct: 'tags' });
  app.make('/classes/Story', { text: 'hot coffee with milk', lang: 1 });
  app.make('/classes/Story', { text: 'a cup of tea' });
  app.look('/classes/Story', { where: { text: { $text: { $search: { $term: 'coffee' } } } } });
}

/** Answers the steps of users that are still logged in. */
function accounts(app) {
  const users = [];
  for (let i = 0; i < 6; i += 1) {
    const installation = i % 2 ? `device-${i}` : undefined;
    const step = app.step('POST', '/users', { username: `user${i}`, password: `secret${i}`, ...(i % 3 ? { email: `user${i}@example.com` } : {}), nick: `N${i}` }, { as: 'client', installation });
    const [id, session] = [`‹${step}›`, `‹${step}.token›`];
    app.look('/users/me', undefined, { as: session });
    app.change(`/users/${id}`, { nick: `M${i}`, age: i, friend: users.length ? pointer('_User', users[0].id) : null }, { as: session });
    app.step('POST', '/login', { username: `user${i}`, password: `secret${i}` }, { as: 'client', installation: `phone-${i}` });
    users.push({ id, session });
  }
  const [first, second, third, fourth] = users;
  app.change(`/users/${first.id}`, { email: 'first@example.com', username: 'renamed' }, { as: first.session });
  app.change(`/users/${second.id}`, { email: GONE }, { as: second.session });
  app.change(`/users/${third.id}`, { password: 'changed' }, { as: 'master' });
  app.step('POST', '/login', { username: 'user2', password: 'changed' }, { as: 'client' });
  app.change(`/users/${fourth.id}`, { emailVerified: true, ACL: { '*': { read: true } } }, { as: 'master' });
  app.step('POST', '/loginAs', { userId: fourth.id });
  app.step('POST', '/users', { authData: { anonymous: { id: 'anon-1' } } }, { as: 'client' });
  const anonymous = app.step('POST', '/users', { authData: { anonymous: { id: 'anon-2' } } }, { as: 'client' });
  app.look('/users/me', undefined, { as: `‹${anonymous}.token›` });
  app.change(`/users/‹${anonymous}›`, { authData: { anonymous: null }, username: 'named', password: 'pw' }, { as: `‹${anonymous}.token›` });
  app.step('POST', '/sessions', { note: 'mine' }, { as: second.session });
  app.step('POST', '/logout', {}, { as: second.session });
  app.look('/users', { where: { nick: { $exists: true } }, order: 'username', keys: 'username,email,nick,age,friend', count: 1 });
  app.look('/sessions', { order: 'createdAt', keys: 'user,createdWith,installationId' });
  return [first, fourth, users[4], users[5]];
}

function roles(app, users) {
  const role = (name, more) => app.make('/roles', { name, ACL: { '*': { read: true } }, ...more });
  const staff = role('Staff', { users: related('Add', '_User', users[0].id, users[1].id) });
  const board = role('Board', { users: related('Add', '_User', users[2].id), roles: related('Add', '_Role', staff) });
  app.change(`/roles/${board}`, { users: related('Add', '_User', users[3].id) });
  app.change(`/roles/${staff}`, { users: related('Remove', '_User', users[1].id), motto: 'serve' });
  app.look('/roles', { order: 'name' });
  app.look('/roles', { where: { users: pointer('_User', users[0].id) }, order: 'name' });
}

function permissions(app, users) {
  for (const [i, user] of users.entries()) {
    app.make('/classes/Note', { text: `of ${i}`, ACL: { [user.id]: { read: true, write: true }, 'role:Board': { read: true } } }, { as: user.session });
    app.make('/classes/Note', { text: `shared by ${i}`, author: pointer('_User', user.id), ACL: { '*': { read: true }, 'role:Staff': { write: true } } }, { as: user.session });
    app.make('/classes/Declared', { title: `by ${i}`, owner: pointer('_User', user.id), more: { hidden: i }, fans: related('Add', '_User', user.id) }, { as: user.session });
  }
  for (const user of users) {
    app.look('/classes/Note', { order: 'createdAt', include: 'author' }, { as: user.session });
    app.look('/classes/Declared', { order: 'createdAt' }, { as: user.session });
  }
  app.look('/classes/Note', { count: 1, limit: 0 }, { as: 'client' });
}

function devices(app) {
  const ids = [0, 1, 2, 3].map(i => app.make('/installations', {
    installationId: `inst-${i}`, deviceType: i % 2 ? 'android' : 'ios', ...(i < 3 ? { deviceToken: `token${i}` } : {}), channels: ['all', `c${i}`], badge: i, timeZone: 'UTC', appVersion: '1.0',
  }, { as: 'client', installation: `inst-${i}` }));
  app.change(`/installations/${ids[0]}`, { badge: { __op: 'Increment', amount: 1 }, channels: op('AddUnique', 'news') }, { as: 'client', installation: 'inst-0' });
  app.change(`/installations/${ids[3]}`, { deviceToken: 'token9', localeIdentifier: 'de-DE' }, { as: 'client', installation: 'inst-3' });
  app.look('/installations', { order: 'installationId' });
  const audience = app.make('/push_audiences', { name: 'phones', query: '{"deviceType":"ios"}' });
  app.change(`/push_audiences/${audience}`, { name: 'telephones' });
  app.look('/push_audiences');
}

function administration(app) {
  app.change('/config', { params: { greeting: 'hi', limit: 3, since: date('2020-01-01T00:00:00.000Z'), at: geo(1, 2), nested: { list: [date('2020-01-01T00:00:00.000Z'), { a: 1 }] } }, masterKeyOnly: { limit: true } });
  app.look('/config');
  app.look('/config', undefined, { as: 'client' });
  app.change('/config', { params: { greeting: GONE, more: 'x' }, masterKeyOnly: { more: true, limit: false } });
  app.look('/config');
  app.step('POST', '/hooks/functions', { functionName: 'remote', url: 'http://127.0.0.1:9/function' });
  app.step('POST', '/hooks/triggers', { className: 'Elsewhere', triggerName: 'beforeSave', url: 'http://127.0.0.1:9/trigger' });
  app.change('/hooks/functions/remote', { url: 'http://127.0.0.1:9/other' });
  app.look('/hooks/functions');
  app.look('/hooks/triggers');
  app.make('/classes/_JobSchedule', { jobName: 'nightly', params: '{"a":1}', startAfter: '2030-01-01T00:00:00.000Z', timeOfDay: '10:00:00.000Z', daysOfWeek: ['1', '0'], repeatMinutes: 0, description: 'd' });
  app.look('/classes/_JobSchedule');
  app.change('/graphql-config', { params: { enabledForClasses: ['Game'] } });
  app.look('/graphql-config');
}

function batches(app, players) {
  for (let i = 0; i < 4; i += 1) {
    app.step('POST', '/batch', { requests: players.map((id, j) => ({ method: 'POST', path: '/parse/classes/Point', body: { n: i * 10 + j, of: pointer('Player', id) } })) });
    app.step('POST', '/batch', { requests: players.map(id => ({ method: 'PUT', path: `/parse/classes/Player/${id}`, body: { level: { __op: 'Increment', amount: 1 }, last: i } })) });
  }
  app.look('/classes/Point', { order: 'n', include: 'of' });
}

/** What takes away. */
function endings(app, players) {
  app.step('DELETE', '/purge/Point');
  app.step('DELETE', `/classes/Player/${players[5]}`);
  app.change('/schemas/Game', { fields: { extra: GONE, first: GONE, players: GONE } });
  app.look('/classes/Game', { order: 'round' });
  app.look('/schemas');
  app.step('POST', '/schemas/Gone', { fields: { a: { type: 'String' } } });
  app.step('DELETE', '/schemas/Gone');
  app.look('/schemas/Game');
}

module.exports = { Script, script, date, geo, related, op };
