'use strict';
// Ids that the client chooses, and requests sent twice.
const { test, after } = require('node:test');
const { Parse, assert, className, cleanUp, rejects, rest, reload } = require('./support');

const Own = className('OwnId');
after(async () => {
  Parse.allowCustomObjectId = false;
  Parse.idempotency = false;
  await cleanUp();
});

test('a custom id is kept', async () => {
  Parse.allowCustomObjectId = true;
  const object = new Parse.Object(Own, { n: 1 });
  object.id = 'my own-id/1';
  await object.save();
  assert.equal(object.id, 'my own-id/1');
  assert.equal((await new Parse.Query(Own).equalTo('objectId', 'my own-id/1').first()).get('n'), 1);
  Parse.allowCustomObjectId = false;
});

test('an id is taken once', async () => {
  const create = n => rest('POST', `classes/${Own}`, { body: { objectId: 'taken', n } });
  assert.equal((await create(1)).status, 201);
  const second = await create(2);
  assert.deepEqual([second.status, second.body.code], [400, Parse.Error.DUPLICATE_VALUE]);
  assert.equal((await new Parse.Query(Own).get('taken')).get('n'), 1);
});

test('an empty id is refused, a missing one is made', async () => {
  for (const objectId of ['', null]) {
    const { body } = await rest('POST', `classes/${Own}`, { body: { objectId } });
    assert.deepEqual(body, { code: 104, error: 'objectId must not be empty, null or undefined' });
  }
  const object = await new Parse.Object(Own).save({ n: 3 });
  assert.match(object.id, /^[A-Za-z0-9]{10}$/);
});

test('the same request id is taken once', async () => {
  const headers = { 'X-Parse-Request-Id': `req-${Own}` };
  const first = await rest('POST', `classes/${Own}`, { body: { n: 10 }, headers });
  assert.equal(first.status, 201);
  const second = await rest('POST', `classes/${Own}`, { body: { n: 11 }, headers });
  assert.deepEqual([second.status, second.body], [400, { code: 159, error: 'Duplicate request' }]);
  const other = await rest('PUT', `classes/${Own}/${first.body.objectId}`, { body: { n: 12 }, headers });
  assert.deepEqual([other.status, other.body.code], [400, Parse.Error.DUPLICATE_REQUEST]);
  assert.equal(await new Parse.Query(Own).greaterThanOrEqualTo('n', 10).count(), 1);
});

test('the SDK\'s own request ids', async () => {
  Parse.idempotency = true;
  const object = await new Parse.Object(Own).save({ n: 20 });
  await object.save({ n: 21 });
  assert.equal((await reload(object)).get('n'), 21);
  Parse.idempotency = false;
});

test('an update of an id that does not exist', async () => {
  const ghost = Parse.Object.fromJSON({ className: Own, objectId: 'ghost' });
  await rejects(ghost.save({ n: 1 }), Parse.Error.OBJECT_NOT_FOUND);
});
