'use strict';
// Pushes by the SDK: to a query, put off, and what is told of them. The app has nothing that sends, so every device fails.
const { test } = require('node:test');
const { setTimeout: wait } = require('node:timers/promises');
const { Parse, assert, rejects } = require('./support');

const master = { useMasterKey: true };

async function ended(id) {
  for (let looks = 0; looks < 200; looks += 1) {
    const status = await Parse.Push.getPushStatus(id, master);
    if (['succeeded', 'failed', 'scheduled'].includes(status.get('status'))) return status;
    await wait(50);
  }
  throw new Error('the push does not end');
}

test('a push to a query', async () => {
  const deviceToken = `token-${Date.now()}`;
  const installation = new Parse.Installation();
  await installation.save({ deviceType: 'ios', deviceToken, badge: 3 }, master);
  const where = new Parse.Query(Parse.Installation).equalTo('deviceToken', deviceToken);
  const id = await Parse.Push.send({ where, data: { alert: 'hello', badge: 'Increment' } });
  assert.match(id, /^\w{10}$/);
  const status = await ended(id);
  assert.equal(status.get('status'), 'succeeded');
  assert.deepEqual([status.get('numSent'), status.get('numFailed')], [0, 1]);
  assert.deepEqual(status.get('failedPerType'), { ios: 1 });
  assert.equal(status.get('pushHash'), '5d41402abc4b2a76b9719d911017c592');
  assert.deepEqual(JSON.parse(status.get('query')), { deviceToken });
  const [row] = await where.find(master);
  assert.equal(row.get('badge'), 4);
  await Parse.Object.destroyAll([row], master);
});

test('a push for later', async () => {
  const push_time = new Date('2030-05-06T07:08:09.010Z');
  const id = await Parse.Push.send({ channels: ['none'], push_time, data: { alert: 'later' } });
  const status = await ended(id);
  assert.deepEqual([status.get('status'), status.get('pushTime')], ['scheduled', '2030-05-06T07:08:09.010Z']);
});

test('what cannot be sent', async () => {
  await rejects(Parse.Push.send({ data: { alert: 'x' } }), Parse.Error.PUSH_MISCONFIGURED);
  await rejects(Parse.Push.send({ channels: [], expiration_interval: -1, data: {} }), Parse.Error.PUSH_MISCONFIGURED);
  await assert.rejects(Parse.Push.send({ channels: [], data: {} }, { useMasterKey: false }), /Permission denied/);
});
