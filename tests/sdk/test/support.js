'use strict';
// What every test file shares: the SDK set up from the environment, class names of its own, and small helpers.
const crypto = require('node:crypto');
const assert = require('node:assert/strict');
const Parse = require('parse/node');

const { SERVER_URL = 'http://127.0.0.1:1337/parse', APP_ID = 'app', MASTER_KEY = 'mk' } = process.env;

Parse.initialize(APP_ID, undefined, MASTER_KEY);
Parse.serverURL = SERVER_URL;
// A 5xx is repeated by default: a test that expects one would write several times.
Parse.CoreManager.set('REQUEST_ATTEMPT_LIMIT', 1);

const master = { useMasterKey: true };
const run = crypto.randomBytes(4).toString('hex');
const made = new Set();

/** A class name that no other run or file uses; dropped by `cleanUp`. */
function className(base) {
  const name = `${base}_${run}`;
  made.add(name);
  return name;
}

/** Drops every class that this file asked a name for. For `after()`. */
async function cleanUp() {
  for (const name of made) {
    const schema = new Parse.Schema(name);
    await schema.purge();
    await schema.delete().catch(() => {});
  }
}

/** Makes one object of the class for each element and saves them all. */
async function rows(name, list) {
  const objects = list.map(fields => new Parse.Object(name, fields));
  await Parse.Object.saveAll(objects);
  return objects;
}

/** Asserts that the promise fails with this Parse code (and text, when given); answers the error. */
async function rejects(promise, code, message) {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof Parse.Error, `not a Parse.Error: ${error && error.stack}`);
    assert.equal(error.code, code, error.message);
    if (message !== undefined) assert.equal(error.message, message);
    return error;
  }
  assert.fail(`expected Parse error ${code}, but the call succeeded`);
}

/** One field of each object found, sorted unless the query orders them. */
function pluck(objects, field = 'name') {
  return objects.map(o => o.get(field));
}

/** Names found by the query, sorted. */
async function names(query, options) {
  return pluck(await query.find(options)).sort();
}

/** A fresh copy of the object, as the server has it. */
function reload(object, options) {
  return new Parse.Query(object.className).get(object.id, options);
}

/** A REST call outside the SDK, for what the SDK cannot send. */
async function rest(method, path, { body, headers = {}, useMasterKey = false } = {}) {
  const response = await fetch(`${SERVER_URL}/${path}`, {
    method,
    headers: {
      'X-Parse-Application-Id': APP_ID,
      'Content-Type': 'application/json',
      ...(useMasterKey ? { 'X-Parse-Master-Key': MASTER_KEY } : {}),
      ...headers,
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

/** True when the environment says that this server's engine lacks `what` (SDK_LACKS, a comma list). */
function lacks(what) {
  return (process.env.SDK_LACKS || '').split(',').includes(what);
}

const people = [];

/** A name that no other run has. */
const fresh = base => `${base}_${crypto.randomBytes(4).toString('hex')}`;

/** Signs a user up; `forget` deletes it again. */
async function signUp(fields = {}) {
  const user = new Parse.User();
  await user.signUp({ username: fresh('user'), password: 'pw', ...fields });
  people.push(user);
  return user;
}

/** The options of a call that a user makes. */
const as = user => ({ sessionToken: user.getSessionToken() });

/** Deletes the users of this file, and other objects. For `after()`. */
async function forget(...others) {
  // A test may have deleted some itself.
  for (const object of [...people, ...others]) await object.destroy(master).catch(() => {});
  await cleanUp();
}

module.exports = {
  Parse, assert, master, className, cleanUp, rows, rejects, pluck, names, reload, rest, lacks,
  fresh, signUp, as, forget,
};
