'use strict';
// The app's configuration and installations through the SDK, as an app and its admin tool use them.
const { test } = require('node:test');
const { Parse, assert, className, rejects, master } = require('./support');

const name = part => className(part).replace(/\W/g, '');

test('parameters are set by the master key and read by all', async () => {
  const [open, secret, when] = ['Open', 'Secret', 'When'].map(name);
  const date = new Date('2020-01-01T00:00:00.000Z');
  await Parse.Config.save({ [open]: [1, 'x'], [secret]: 'hidden', [when]: date }, { [secret]: true });
  const config = await Parse.Config.get();
  assert.deepEqual(config.get(open), [1, 'x']);
  assert.equal(config.get(secret), undefined);
  assert.deepEqual(config.get(when), date);
  assert.equal((await Parse.Config.get(master)).get(secret), 'hidden');
});

test('an installation is saved once for each device', async () => {
  const [installationId, deviceToken] = ['Device', 'Token'].map(part => name(part).toLowerCase());
  const first = new Parse.Installation();
  await first.save({ installationId, deviceType: 'ios', deviceToken });
  const again = new Parse.Installation();
  await again.save({ installationId: `${installationId}2`, deviceType: 'ios', deviceToken });
  const rows = await new Parse.Query(Parse.Installation).equalTo('deviceToken', deviceToken).find(master);
  assert.deepEqual(rows.map(row => row.get('installationId')), [`${installationId}2`]);
  await rejects(new Parse.Query(Parse.Installation).find(), Parse.Error.OPERATION_FORBIDDEN);
  await rejects(again.save({ deviceType: 'android' }), 136);
  again.revert();
  again.addUnique('channels', 'news');
  await again.save();
  assert.deepEqual((await again.fetch()).get('channels'), ['news']);
});

test('analytics are taken', async () => {
  await Parse.Analytics.track('opened', { from: 'test' });
});
