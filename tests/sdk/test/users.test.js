'use strict';
// Users, sessions and roles as the SDK drives them.
const { test, after } = require('node:test');
const crypto = require('node:crypto');
const { Parse, assert, className, cleanUp, rejects, master } = require('./support');

const Door = className('Door');
const made = [];
after(async () => {
  await Parse.Object.destroyAll(made, master);
  await cleanUp();
});

/** A name that no other run has. */
const name = base => `${base}_${crypto.randomBytes(4).toString('hex')}`;

async function signUp(base = 'user') {
  const user = new Parse.User();
  await user.signUp({ username: name(base), password: 'pw' });
  made.push(user);
  return user;
}

const as = user => ({ sessionToken: user.getSessionToken() });

test('sign-up, log-in, and the end of a session', async () => {
  const user = await signUp();
  assert.match(user.getSessionToken(), /^r:[0-9a-f]{32}$/);
  const again = await Parse.User.logIn(user.get('username'), 'pw');
  assert.equal(again.id, user.id);
  assert.notEqual(again.getSessionToken(), user.getSessionToken());
  const became = await Parse.User.me(again.getSessionToken());
  assert.equal(became.get('username'), user.get('username'));
  const session = await new Parse.Query(Parse.Session).equalTo('sessionToken', again.getSessionToken()).first(master);
  assert.deepEqual(session.get('createdWith'), { action: 'login', authProvider: 'password' });
  await session.destroy(as(again));
  await rejects(Parse.User.me(again.getSessionToken()), Parse.Error.INVALID_SESSION_TOKEN);
});

test('wrong credentials and taken names', async () => {
  const user = await signUp();
  const username = user.get('username');
  await rejects(Parse.User.logIn(username, 'no'), Parse.Error.OBJECT_NOT_FOUND, 'Invalid username/password.');
  const twin = new Parse.User({ username: username.toUpperCase(), password: 'pw' });
  await rejects(twin.signUp(), Parse.Error.USERNAME_TAKEN);
  await Parse.User.verifyPassword(username, 'pw');
  await rejects(Parse.User.verifyPassword(username, 'no'), Parse.Error.OBJECT_NOT_FOUND);
});

test('a user changes itself and nobody else', async () => {
  const [user, other] = [await signUp(), await signUp()];
  await user.save({ phone: '1' }, as(user));
  const copy = Parse.User.createWithoutData(user.id);
  await rejects(copy.save({ phone: '2' }, as(other)), Parse.Error.SESSION_MISSING);
  const old = user.getSessionToken();
  await user.save({ password: 'new' }, as(user));
  assert.notEqual(user.getSessionToken(), old);
  await rejects(Parse.User.me(old), Parse.Error.INVALID_SESSION_TOKEN);
  assert.equal((await Parse.User.me(user.getSessionToken())).get('phone'), '1');
});

test('an anonymous user gets a name', async () => {
  const id = crypto.randomUUID();
  const user = await Parse.User.logInWith('anonymous', { authData: { id } });
  made.push(user);
  const again = await Parse.User.logInWith('anonymous', { authData: { id } });
  assert.equal(again.id, user.id);
  const username = name('named');
  await again.save({ username, password: 'pw', authData: { anonymous: null } }, as(again));
  assert.equal((await Parse.User.logIn(username, 'pw')).id, user.id);
});

test('roles open what their ACL names', async () => {
  const [user, other] = [await signUp(), await signUp()];
  const inner = new Parse.Role(name('Inner'), new Parse.ACL());
  inner.getUsers().add(user);
  await inner.save(null, master);
  const outer = new Parse.Role(name('Outer'), new Parse.ACL());
  outer.getRoles().add(inner);
  await outer.save(null, master);
  made.push(inner, outer);
  const acl = new Parse.ACL();
  acl.setRoleReadAccess(outer, true);
  const door = new Parse.Object(Door);
  door.setACL(acl);
  await door.save(null, master);
  const seen = async who => (await new Parse.Query(Door).find(as(who))).length;
  assert.deepEqual([await seen(user), await seen(other)], [1, 0]);
  inner.getUsers().remove(user);
  await inner.save(null, master);
  assert.equal(await seen(user), 0);
});

test('the master key logs in as anybody', async () => {
  const user = await signUp();
  const same = await Parse.User.loginAs(user.id);
  assert.equal(same.id, user.id);
  const found = await new Parse.Query(Parse.Session).find(as(same));
  // The SDK is one installation, which has one session of a user.
  assert.deepEqual(found.map(session => session.get('user').id), [user.id]);
});
