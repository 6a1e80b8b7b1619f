'use strict';
// What a database holds that Parse Server has served for years, beside what gen/script writes: every type at every place, users in
// every state, pushes, jobs, all kinds of permissions and indexes, and documents as older versions left them.
const { Script, date, geo, related, op } = require('./script');
const values = require('./values');

const { pointer } = values;
const TYPED = [
  date('2021-02-03T04:05:06.789Z'), geo(1.5, -2), pointer('Every', 'nobody0000'), { __type: 'File', name: 'in.txt', url: 'http://127.0.0.1/files/in.txt' },
  { __type: 'Polygon', coordinates: [[0, 0], [0, 1], [1, 1]] }, null, true, 'text', 1, 1.5, 2 ** 40, [], {}, [[1, [2]], []], { a: { b: [{ c: date('2000-01-01T00:00:00.000Z') }] } },
];
const SECRET = 'JBSWY3DPEHPK3PXPJBSW';

/** Answers the steps, and the sessions of those who then read. */
function filling() {
  const app = new Script('f');
  const [ann, bob] = ['ann', 'bob'].map(name => user(app, { username: name, password: `${name}-pw`, email: `${name}@example.com`, nick: name.toUpperCase() }));
  const anonymous = user(app, { authData: { anonymous: { id: 'anon-3' } } });
  states(app, bob);
  const inner = app.make('/roles', { name: 'Inner', ACL: {}, users: related('Add', '_User', ann.id) });
  app.make('/roles', { name: 'Outer', ACL: { '*': { read: true } }, roles: related('Add', '_Role', inner), users: related('Add', '_User', anonymous.id) });
  everyType(app);
  guarded(app, [ann, bob, anonymous]);
  places(app);
  pushes(app);
  for (const body of [{ n: 3 }, { fail: true }]) app.step('POST', '/jobs/nightly', body);
  app.make('/classes/Once', { n: 1 }, { headers: { 'X-Parse-Request-Id': 'only-once' } });
  return { steps: app.steps, readers: [ann, bob, anonymous].map(({ session }) => session) };
}

function user(app, body) {
  const step = app.step('POST', '/users', body, { as: 'client' });
  return { id: `‹${step}›`, session: `‹${step}.token›` };
}

/** Users with other data of providers, waiting for a mail, locked out for wrong passwords, with a history of passwords. */
function states(app, bob) {
  app.change(`/users/${bob.id}`, { password: 'bob-2' });
  app.change(`/users/${bob.id}`, { password: 'bob-3' });
  app.step('POST', '/requestPasswordReset', { email: 'ann@example.com' }, { as: 'client' });
  user(app, { authData: { keycloak: { id: 'kc1', access_token: '‹jwt.good.kc1›' } } });
  user(app, { authData: { site: { id: 'st1', access_token: 'good.st1' }, anonymous: { id: 'anon-4' } } });
  const careful = user(app, { username: 'careful', password: 'careful-pw' });
  app.change(`/users/${careful.id}`, { authData: { mfa: { secret: SECRET, token: `‹totp.${SECRET}›` } } }, { as: careful.session });
  user(app, { username: 'locked', password: 'locked-pw' });
  for (let i = 0; i < 2; i += 1) app.step('POST', '/login', { username: 'locked', password: 'wrong' }, { as: 'client', fails: true });
  const seen = user(app, { username: 'seen', password: 'seen-pw', email: 'seen@example.com' });
  app.change(`/users/${seen.id}`, { emailVerified: true });
}

function everyType(app) {
  const others = ['one', 'two', 'three'].map(name => app.make('/classes/Other', { name }));
  for (let i = 0; i < values.STRINGS.length; i += 1) {
    const of = list => list[i % list.length];
    app.make('/classes/Every', {
      k: i, s: values.STRINGS[i], n: of(values.NUMBERS), b: i % 2 === 0, d: date(of(values.DATES)), o: { [of(values.OBJECT_KEYS)]: of(TYPED), k: i % 3 }, arr: [of(TYPED), i % 3], tags: ['all', `t${i % 4}`],
      p: pointer('Other', of(others)), g: geo(i * 3 - 40, 100 - i * 7), pg: { __type: 'Polygon', coordinates: values.POLYGONS ? of(values.POLYGONS) : [[0, 0], [0, i + 1], [1, 1]] },
      by: { __type: 'Bytes', base64: ['aGVsbG8=', 'AAEC/w==', 'YQ=='][i % 3] }, f: { __type: 'File', name: `f ${i}.txt` }, rel: related('Add', 'Other', of(others)), mixed: [...TYPED.slice(i % 5), pointer('Other', of(others))], no: null,
    });
  }
  app.make('/classes/Every', { nested: { typed: TYPED, at: date('2020-01-01T00:00:00.000Z'), who: pointer('Other', others[0]) }, k: null });
  app.make('/classes/Every', {});
}

/** Rows that are whose they are: by ACL, pointers, roles, and fields that only some may see. */
function guarded(app, people) {
  const open = { '*': true };
  app.step('POST', '/schemas/Guarded', {
    fields: { owner: { type: 'Pointer', targetClass: '_User' }, team: { type: 'Array' }, secret: { type: 'String' }, hint: { type: 'String', required: true, defaultValue: 'h' }, level: { type: 'Number' } },
    classLevelPermissions: {
      find: { pointerFields: ['owner', 'team'], 'role:Outer': true }, get: { requiresAuthentication: true }, count: open, create: open, update: { pointerFields: ['owner'] }, delete: {}, addField: {},
      readUserFields: ['team'], writeUserFields: ['owner'], ACL: { '*': { read: true }, 'role:Inner': { write: true } },
      protectedFields: { '*': ['secret', 'level'], authenticated: ['secret', 'hint'], 'role:Inner': ['hint', 'secret'], 'userField:owner': ['level'] },
    },
  });
  people.forEach(({ id }, i) => {
    const next = people[(i + 1) % people.length];
    app.make('/classes/Guarded', { owner: pointer('_User', id), team: [pointer('_User', next.id)], secret: `s${i}`, level: i });
    app.make('/classes/Mine', { n: i, ACL: { [id]: { read: true, write: true }, ...(i && { 'role:Outer': { read: true } }) } });
  });
  app.make('/classes/Mine', { n: 9, ACL: {} });
  app.make('/classes/Mine', { n: 10 });
}

function places(app) {
  app.step('POST', '/schemas/Place', {
    fields: { at: { type: 'GeoPoint' }, name: { type: 'String' }, code: { type: 'Number' }, when: { type: 'Date', defaultValue: date('2020-01-01T00:00:00.000Z') }, area: { type: 'Polygon' } },
    indexes: { sphere: { at: '2dsphere' }, words: { name: 'text' }, both: { code: 1, name: -1 } },
  });
  ['hot coffee', 'a cup of tea', 'coffee cakes', 'cold milk'].forEach((name, i) => app.make('/classes/Place', { name, code: i, at: geo(i * 10, i * 20) }));
}

function pushes(app) {
  app.make('/installations', { installationId: 'f-1', deviceType: 'ios', deviceToken: 'f1', channels: ['news', 'c1'], badge: 2 });
  app.make('/installations', { installationId: 'f-2', deviceType: 'android', deviceToken: 'f2', channels: ['news'], pushType: 'gcm', custom: { a: [1] } });
  const audience = app.make('/push_audiences', { name: 'readers', query: '{"channels":"news"}' });
  const data = { alert: 'hello', badge: 'Increment', extra: { a: { b: 1 } } };
  app.step('POST', '/push', { channels: ['news'], data });
  app.step('POST', '/push', { where: { deviceType: 'android' }, data: { alert: { title: 't', body: 'b' } }, expiration_interval: 3600, audience_id: audience });
  app.step('POST', '/push', { where: {}, data: { alert: 'later' }, push_time: '2030-01-01T00:00:00.000' });
}

/** Documents as versions before 9.10 left them, and as people put them there with tools of the database; `bson` makes what JSON has not. */
function older({ Binary, Decimal128, Double, Int32, Long, ObjectId }, password) {
  const old = { _created_at: new Date('2015-01-01T00:00:00Z'), _updated_at: new Date('2016-01-01T00:00:00Z') };
  const rows = [
    { _id: 'plainTimes', name: 'n', createdAt: old._created_at, updatedAt: old._updated_at },
    { _id: 'numbers001', score: Long.fromString('9007199254740993'), ...old }, { _id: 'numbers002', score: new Double(3), n: new Int32(3), m: Long.fromNumber(-5), ...old }, { _id: 'readers001', name: 'only readers', _rperm: ['*'], ...old },
    { _id: 'writers001', name: 'only writers', _wperm: ['*'], ...old }, { _id: 'acl0000001', name: 'only acl', _acl: { '*': { r: true } }, ...old }, { _id: 'pointers01', _p_friend: null, _p_gone: 'Old$numbers001', ...old },
    { _id: 'pointers02', _p_friend: 'Old$numbers001', ...old }, { _id: 'pointers03', friend: null, ...old }, { _id: 'wrongtypes', name: 5, score: 'text', place: 'nowhere', list: { a: 1 }, on: 'yes', ...old },
    { _id: 'nulls00001', name: null, score: null, place: null, list: null, picture: null, when: null, ...old }, { _id: 'typed00001', picture: 'old.png', place: [10.5, -20], data: new Binary(Buffer.from('hi')), when: old._created_at, ...old },
    { _id: 'typed00002', data: 'aGk=', place: [1, 2, 3], list: [old._created_at, new Binary(Buffer.from('x')), Long.fromNumber(7), new Double(1.5), [null]], more: { at: old._created_at, n: Long.fromNumber(2 ** 40), blob: new Binary(Buffer.from('y')) }, ...old },
    { _id: 'unknown001', undeclared: 'not in the schema', ...old }, { _id: 'order00001', z: 1, a: 2, 10: 'ten', 2: 'two', name: 'keys', ...old }, { ...old, name: 'times first', _id: 'order00002' },
  ];
  const schema = { _id: 'Old', objectId: 'string', createdAt: 'string', updatedAt: 'string', name: 'string', score: 'number', friend: '*Old', place: 'geopoint', picture: 'file', data: 'bytes', list: 'array', more: 'map', on: 'boolean', when: 'date', _client_permissions: { get: { '*': true } } };
  return {
    _SCHEMA: [schema, { _id: 'Bare' }, { _id: 'Tool', name: 'string' }], Old: rows, Bare: [{ _id: 'bare000001', ...old }], Tool: [{ _id: new ObjectId('507f1f77bcf86cd799439011'), name: 'made by a tool' }, { _id: 7, name: 'numbered' }],
    _User: [
      { _id: 'olduser001', username: 'old', email: 'old@example.com', _hashed_password: password, _auth_data_facebook: { id: '12', access_token: 'x', expiration_date: '2015-01-01T00:00:00.000Z' }, authData: { twitter: { id: 'ignored' } }, _tombstone: 'x', ...old },
      { _id: 'olduser002', username: 'legacy', _hashed_password: password, _session_token: 'legacytoken', emailVerified: true, _rperm: ['*', 'olduser002'], _wperm: ['olduser002'], ...old },
    ],
    _Session: [{ _id: 'oldsess001', _session_token: 'r:0123456789abcdef0123456789abcdef', _p_user: '_User$olduser001', expiresAt: new Date('2100-01-01T00:00:00Z'), restricted: false, createdWith: { action: 'upgrade' }, ...old }],
    Indexed: [{ _id: 'indexed001', code: 1, ...old }, { _id: 'indexed002', code: 2, ...old }],
  };
}

module.exports = { filling, older };
