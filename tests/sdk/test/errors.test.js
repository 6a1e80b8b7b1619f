'use strict';
// The codes that clients rely on.
const { test, after } = require('node:test');
const { Parse, assert, className, cleanUp, rejects, rest } = require('./support');

const Err = className('Err');
after(cleanUp);

test('bad names of classes and fields', async () => {
  await rejects(new Parse.Object('1bad').save(), Parse.Error.INVALID_JSON, 'schema class name does not revalidate');
  for (const field of ['1bad', '_bad', 'bad-dash', 'bäd', 'length']) {
    const { status, body } = await rest('POST', `classes/${Err}`, { body: { [field]: 1 } });
    assert.deepEqual([status, body], [400, { code: 105, error: `Invalid field name: ${field}.` }]);
  }
});

test('nested keys with $ or .', async () => {
  for (const o of [{ 'a.b': 1 }, { $a: 1 }, { deep: { 'x.y': 1 } }]) {
    await rejects(new Parse.Object(Err).save({ o }), Parse.Error.INVALID_NESTED_KEY,
      "Nested keys should not contain the '$' or '.' characters");
  }
});

test('unknown __type', async () => {
  const { status, body } = await rest('POST', `classes/${Err}`, { body: { x: { __type: 'Nonsense' } } });
  assert.deepEqual([status, body], [400, { code: 111, error: 'This is not a valid Nonsense' }]);
});

test('keywords that are never taken', async () => {
  const { status, body } = await rest('POST', `classes/${Err}`, { body: { o: { constructor: 1 } } });
  assert.deepEqual([status, body], [400, { code: 105, error: 'Prohibited keyword in request data: {"key":"constructor"}.' }]);
});

test('createdAt and updatedAt are the server\'s', async () => {
  const { body } = await rest('POST', `classes/${Err}`, { body: { createdAt: '2020-01-01T00:00:00.000Z' } });
  assert.deepEqual(body, { code: 111, error: `schema mismatch for ${Err}.createdAt; expected Date but got String` });
});

test('malformed JSON and a wrong application', async () => {
  const send = (body, id) => fetch(`${Parse.serverURL}/classes/${Err}`, {
    method: 'POST', body, headers: { 'X-Parse-Application-Id': id, 'Content-Type': 'application/json' },
  });
  const bad = await send('{bad', Parse.applicationId);
  assert.equal(bad.status, 400);
  assert.equal(typeof (await bad.json()).error, 'string');
  const wrong = await send('{}', 'not-the-app');
  assert.equal(wrong.status, 403);
  assert.deepEqual(await wrong.json(), { error: 'unauthorized' });
});

test('a session token that does not exist fails every call', async () => {
  const { status, body } = await rest('GET', `classes/${Err}`, { headers: { 'X-Parse-Session-Token': 'r:nope' } });
  assert.deepEqual([status, body.code], [400, Parse.Error.INVALID_SESSION_TOKEN]);
});

test('bad where and bad order', async () => {
  const where = await rest('GET', `classes/${Err}?where={bad`);
  assert.deepEqual([where.status, where.body], [400, { code: 107, error: 'where parameter is not valid JSON' }]);
  const order = await rest('GET', `classes/${Err}?order=bad-name`);
  assert.deepEqual([order.status, order.body.code], [400, 105]);
});

test('health', async () => {
  assert.equal(await Parse.getServerHealth().then(h => h.status), 'ok');
});
