'use strict';
// Mails as the SDK asks for them: an address is verified, a password reset, each by the link of a mail.
const { test } = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const { Parse, rejects } = require('./support');

const { MAIL_SERVER_URL, MAIL_LINKS } = process.env;
if (MAIL_SERVER_URL) Parse.serverURL = MAIL_SERVER_URL;

/** The link of the n-th mail, on the server itself. */
async function link(n) {
  for (let tries = 0; tries < 500; tries += 1) {
    const line = fs.existsSync(MAIL_LINKS) && fs.readFileSync(MAIL_LINKS, 'utf8').split('\n').slice(0, -1)[n];
    if (line) return line.replace(/^https?:\/\/[^/]+\/parse/, MAIL_SERVER_URL);
    await new Promise(done => { setTimeout(done, 20); });
  }
  throw new Error(`mail ${n} did not come`);
}

test('from the sign-up to a new password', { skip: MAIL_SERVER_URL ? false : 'MAIL_SERVER_URL is not set' }, async () => {
  const email = 'mail@example.com';
  const user = new Parse.User({ username: 'mail', password: 'old', email });
  await user.signUp();
  assert.ok(!user.getSessionToken());
  await rejects(Parse.User.logIn('mail', 'old'), Parse.Error.EMAIL_NOT_FOUND, 'User email is not verified.');
  await Parse.User.requestEmailVerification(email);
  const [first, second] = [await link(0), await link(1)];
  assert.notEqual(first, second);
  assert.equal((await fetch(second)).status, 200);
  assert.equal((await Parse.User.logIn('mail', 'old')).get('emailVerified'), true);

  await Parse.User.requestPasswordReset(email);
  const token = new URL(await link(2)).searchParams.get('token');
  const choose = password => fetch(`${MAIL_SERVER_URL}/apps/app/request_password_reset`, {
    method: 'POST',
    headers: { 'X-Requested-With': 'XMLHttpRequest' },
    body: new URLSearchParams({ token, new_password: password }),
  });
  assert.equal((await choose('new')).status, 200);
  assert.equal((await choose('again')).status, 400, 'a link is good once');
  await rejects(Parse.User.logIn('mail', 'old'), Parse.Error.OBJECT_NOT_FOUND);
  assert.equal((await Parse.User.logIn('mail', 'new')).get('username'), 'mail');
  await rejects(Parse.User.requestPasswordReset(''), Parse.Error.EMAIL_MISSING);
});
