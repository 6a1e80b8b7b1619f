'use strict';
// Users as the SDK drives them.
const { test, after } = require('node:test');
const crypto = require('node:crypto');
const { Parse, assert, rejects, master, rest, fresh, signUp, as, forget } = require('./support');

const made = [];
after(() => forget(...made));

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
  const username = fresh('named');
  await again.save({ username, password: 'pw', authData: { anonymous: null } }, as(again));
  assert.equal((await Parse.User.logIn(username, 'pw')).id, user.id);
});

test('the master key logs in as anybody', async () => {
  const user = await signUp();
  const same = await Parse.User.loginAs(user.id);
  assert.equal(same.id, user.id);
  const found = await new Parse.Query(Parse.Session).find(as(same));
  // The SDK is one installation, which has one session of a user.
  assert.deepEqual(found.map(session => session.get('user').id), [user.id]);
});

test('an address is another name', async () => {
  const email = `${fresh('mail')}@example.com`;
  const user = await signUp({ email });
  const again = await Parse.User.logIn(email, 'pw');
  assert.equal(again.id, user.id);
  const seen = await new Parse.Query(Parse.User).get(user.id, as(again));
  assert.equal(seen.get('email'), email);
  const { body } = await rest('GET', `login?email=${encodeURIComponent(email)}&password=pw`);
  assert.equal(body.objectId, user.id);
  await rejects(signUp({ email: email.toUpperCase() }), Parse.Error.EMAIL_TAKEN);
  await rejects(again.save({ email: 'none' }, as(again)), Parse.Error.INVALID_EMAIL_ADDRESS);
});

test('what is missing is told', async () => {
  const sent = body => rest('POST', 'users', { body });
  assert.equal((await sent({ password: 'pw' })).body.code, Parse.Error.USERNAME_MISSING);
  assert.equal((await sent({ username: fresh('x') })).body.code, Parse.Error.PASSWORD_MISSING);
  await rejects(Parse.User.logInWith('nope', { authData: { id: '1' } }), Parse.Error.UNSUPPORTED_SERVICE);
});

test('users are private to others, and found by the master key', async () => {
  const [user, other] = [await signUp({ nick: 'n' }), await signUp()];
  const query = new Parse.Query(Parse.User).equalTo('objectId', user.id);
  assert.deepEqual([(await query.find(as(user))).length, (await query.find(as(other))).length, (await query.find(master)).length], [1, 0, 1]);
  const { permissionsById } = (await query.first(master)).getACL();
  assert.deepEqual(permissionsById, { [user.id]: { read: true, write: true } });
  await rejects(user.destroy(as(other)), Parse.Error.SESSION_MISSING);
});

test('an anonymous user is one, and links and unlinks', async () => {
  const user = await signUp();
  const options = { authData: { id: crypto.randomUUID() } };
  await user.linkWith('anonymous', options, as(user));
  assert.equal(Parse.AnonymousUtils.isLinked(user), true);
  const twin = await signUp();
  await rejects(twin.linkWith('anonymous', options, as(twin)), Parse.Error.ACCOUNT_ALREADY_LINKED);
  await user._unlinkFrom('anonymous', as(user));
  assert.equal((await new Parse.Query(Parse.User).get(user.id, master)).get('authData'), undefined);
});
