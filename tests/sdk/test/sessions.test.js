'use strict';
// Sessions: the own ones, what may be said of them, how they end.
const { test, after } = require('node:test');
const { Parse, assert, rejects, master, rest, fresh, signUp, as, forget } = require('./support');

after(() => forget());

/** A further session of the user, from another device. */
async function another(user, installation = fresh('device')) {
  const headers = { 'X-Parse-Installation-Id': installation };
  const { body } = await rest('POST', 'login', { headers, body: { username: user.get('username'), password: 'pw' } });
  return { sessionToken: body.sessionToken };
}

const mine = options => new Parse.Query(Parse.Session).find(options);

test('a user finds its sessions, and no others', async () => {
  const [user, other] = [await signUp(), await signUp()];
  const second = await another(user);
  assert.deepEqual([(await mine(as(user))).length, (await mine(second)).length, (await mine(as(other))).length], [2, 2, 1]);
  await rejects(mine(), Parse.Error.INVALID_SESSION_TOKEN);
  const [session] = await mine(as(other));
  await rejects(new Parse.Query(Parse.Session).get(session.id, as(user)), Parse.Error.OBJECT_NOT_FOUND);
  await rejects(session.destroy(as(user)), Parse.Error.OBJECT_NOT_FOUND);
});

test('the current session says how it began', async () => {
  const user = await signUp();
  const { body } = await rest('GET', 'sessions/me', { headers: { 'X-Parse-Session-Token': user.getSessionToken() } });
  assert.deepEqual([body.user.objectId, body.createdWith], [user.id, { action: 'signup', authProvider: 'password' }]);
  const year = (Date.parse(body.expiresAt.iso) - Date.now()) / 86400e3;
  assert.ok(year > 364 && year < 366, `${year} days`);
});

test('a session takes fields of the app and none of the server', async () => {
  const user = await signUp();
  const [session] = await mine(as(user));
  await session.save({ theme: 'dark' }, as(user));
  assert.equal((await mine(as(user)))[0].get('theme'), 'dark');
  const put = body => rest('PUT', `sessions/${session.id}`, { headers: { 'X-Parse-Session-Token': user.getSessionToken() }, body });
  for (const body of [{ sessionToken: 'r:mine' }, { installationId: 'x' }, { createdWith: {} }, { expiresAt: { __type: 'Date', iso: '2040-01-01T00:00:00.000Z' } }]) {
    assert.equal((await put(body)).body.code, Parse.Error.INVALID_KEY_NAME, JSON.stringify(body));
  }
});

test('a device has one session of a user', async () => {
  const user = await signUp();
  const device = fresh('device');
  const first = await another(user, device);
  const second = await another(user, device);
  await rejects(Parse.User.me(first.sessionToken), Parse.Error.INVALID_SESSION_TOKEN);
  assert.equal((await Parse.User.me(second.sessionToken)).id, user.id);
});

test('log-out ends one session, a new password all', async () => {
  const user = await signUp();
  const [second, third] = [await another(user), await another(user)];
  await rest('POST', 'logout', { headers: { 'X-Parse-Session-Token': second.sessionToken }, body: {} });
  await rejects(Parse.User.me(second.sessionToken), Parse.Error.INVALID_SESSION_TOKEN);
  assert.equal((await Parse.User.me(third.sessionToken)).id, user.id);
  await user.save({ password: 'new' }, as(user));
  await rejects(Parse.User.me(third.sessionToken), Parse.Error.INVALID_SESSION_TOKEN);
  assert.equal((await Parse.User.me(user.getSessionToken())).id, user.id);
});

test('the master key sees and ends every session', async () => {
  const user = await signUp();
  const [session] = await new Parse.Query(Parse.Session).equalTo('user', user).find(master);
  assert.equal(session.getSessionToken(), user.getSessionToken());
  await session.destroy(master);
  await rejects(Parse.User.me(user.getSessionToken()), Parse.Error.INVALID_SESSION_TOKEN);
});
