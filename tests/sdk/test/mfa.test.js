'use strict';
// A second factor as the SDK drives it: linked, asked for at log-ins, unlinked.
const { test, after } = require('node:test');
const crypto = require('node:crypto');
const { Parse, assert, cleanUp, rejects, master } = require('./support');

const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
const made = [];
after(async () => {
  await Parse.Object.destroyAll(made, master);
  await cleanUp();
});

/** The token that an authenticator app shows at present (RFC 6238). */
function otp() {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000)));
  const digest = crypto.createHmac('sha1', '12345678901234567890').update(counter).digest();
  const number = digest.readUInt32BE(digest[19] & 15) & 0x7fffffff;
  return String(number % 1e6).padStart(6, '0');
}

test('a second factor is linked, asked for, and unlinked', async () => {
  const username = `mfa_${crypto.randomBytes(4).toString('hex')}`;
  const user = new Parse.User();
  await user.signUp({ username, password: 'pw' });
  made.push(user);
  const link = token => user.linkWith('mfa', { authData: { secret: SECRET, token } });
  await rejects(link('000000'), Parse.Error.SCRIPT_FAILED, 'Invalid MFA token');
  await link(otp());
  const codes = user.get('authDataResponse').mfa.recovery.split(', ');
  assert.deepEqual(codes.map(code => code.length), [30, 30]);

  await rejects(Parse.User.logIn(username, 'pw'), Parse.Error.OTHER_CAUSE, 'Missing additional authData mfa');
  const logIn = token => Parse.User.logInWithAdditionalAuth(username, 'pw', { mfa: { token } });
  await rejects(logIn('000000'), Parse.Error.SCRIPT_FAILED, 'Invalid MFA token');
  const again = await logIn(otp());
  assert.equal(again.id, user.id);
  assert.deepEqual(again.get('authData'), { mfa: { status: 'enabled' } });
  assert.deepEqual((await Parse.User.me(again.getSessionToken())).get('authData'), { mfa: { status: 'enabled' } });
  const last = await logIn(codes[0]);
  await rejects(logIn(codes[0]), Parse.Error.SCRIPT_FAILED, 'Invalid MFA token');

  await last._unlinkFrom('mfa');
  const free = await Parse.User.logIn(username, 'pw');
  assert.equal(free.id, user.id);
  assert.equal(free.get('authData'), undefined);
});

test('a second factor is no way in by itself', async () => {
  const attempt = Parse.User.logInWith('mfa', { authData: { token: otp() } });
  await rejects(attempt, Parse.Error.SCRIPT_FAILED, 'Invalid MFA data');
  const user = await Parse.User.logInWith('mfa', { authData: { secret: SECRET, token: otp() } });
  made.push(user);
  const other = await Parse.User.logInWith('mfa', { authData: { secret: SECRET, token: otp() } });
  made.push(other);
  assert.notEqual(user.id, other.id);
});
