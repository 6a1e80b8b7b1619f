'use strict';
// Class level permissions and protected fields, as clients meet them.
const { test, after } = require('node:test');
const { Parse, assert, className, rejects, master, fresh, signUp, as, forget } = require('./support');

const made = [];
after(() => forget(...made));

const open = { '*': true };
const all = { find: open, get: open, count: open, create: open, update: open, delete: open, addField: open };
const { OPERATION_FORBIDDEN: FORBIDDEN, OBJECT_NOT_FOUND: NOT_FOUND } = Parse.Error;

/** A class with these permissions in place of open ones. */
async function guarded(base, permissions) {
  const name = className(base);
  const schema = new Parse.Schema(name).addString('s').addString('secret').addPointer('owner', '_User').addArray('team');
  await schema.setCLP({ ...all, ...permissions }).save();
  return name;
}

const find = (name, options) => new Parse.Query(name).equalTo('s', 'x').find(options);

test('who must be logged in', async () => {
  const user = await signUp();
  const name = await guarded('LoggedIn', { find: { requiresAuthentication: true }, create: { requiresAuthentication: true } });
  const object = new Parse.Object(name, { s: 'x' });
  await rejects(object.save(), NOT_FOUND, 'Permission denied');
  await object.save(null, as(user));
  await rejects(find(name), NOT_FOUND);
  assert.equal((await find(name, as(user))).length, 1);
});

test('users and roles by name', async () => {
  const [user, member, other] = [await signUp(), await signUp(), await signUp()];
  const role = new Parse.Role(fresh('Readers'), new Parse.ACL());
  role.getUsers().add(member);
  made.push(await role.save(null, master));
  const name = await guarded('Named', { find: { [user.id]: true, [`role:${role.getName()}`]: true }, delete: { [user.id]: true } });
  const object = await new Parse.Object(name, { s: 'x' }).save();
  for (const who of [user, member]) assert.equal((await find(name, as(who))).length, 1);
  await rejects(find(name, as(other)), FORBIDDEN);
  await rejects(find(name), FORBIDDEN);
  await rejects(object.destroy(as(member)), FORBIDDEN);
  await object.destroy(as(user));
});

test('pointers to users', async () => {
  const [owner, mate, other] = [await signUp(), await signUp(), await signUp()];
  const name = await guarded('Owned', { find: {}, update: { pointerFields: ['owner'] }, readUserFields: ['owner', 'team'] });
  const object = await new Parse.Object(name, { s: 'x', owner, team: [mate] }).save();
  await new Parse.Object(name, { s: 'x' }).save();
  const seen = async who => (await find(name, as(who))).length;
  assert.deepEqual([await seen(owner), await seen(mate), await seen(other)], [1, 1, 0]);
  await object.save({ s: 'y' }, as(owner));
  await rejects(object.save({ s: 'z' }, as(mate)), NOT_FOUND);
});

test('new columns and counts', async () => {
  const name = await guarded('Counted', { addField: {}, count: {} });
  await rejects(new Parse.Object(name).save({ fresh: 1 }), FORBIDDEN);
  await new Parse.Object(name).save({ s: 'x' });
  await rejects(new Parse.Query(name).count(), FORBIDDEN);
  await new Parse.Object(name).save({ fresh: 1 }, master);
  assert.equal(await new Parse.Query(name).exists('s').count(master), 1);
});

test('protected fields are neither shown nor asked about', async () => {
  const [owner, other] = [await signUp(), await signUp()];
  const name = await guarded('Secret', { protectedFields: { '*': ['secret', 'owner'], authenticated: ['secret'], 'userField:owner': [] } });
  await new Parse.Object(name, { s: 'x', secret: 'q', owner }).save(null, master);
  const [shown] = await find(name);
  assert.deepEqual([shown.get('secret'), shown.get('owner')], [undefined, undefined]);
  const [known] = await find(name, as(other));
  assert.deepEqual([known.get('secret'), known.get('owner').id], [undefined, owner.id]);
  assert.equal((await find(name, as(owner)))[0].get('secret'), 'q');
  await rejects(new Parse.Query(name).equalTo('secret', 'q').find(), FORBIDDEN);
  await rejects(new Parse.Query(name).equalTo('s', 'x').ascending('secret').find(as(other)), FORBIDDEN);
  assert.equal((await find(name, master))[0].get('secret'), 'q');
});

test('permissions of objects that have none of their own', async () => {
  const user = await signUp();
  const name = await guarded('Default', { ACL: { currentUser: { read: true, write: true } } });
  const object = await new Parse.Object(name, { s: 'x' }).save(null, as(user));
  assert.deepEqual([(await find(name, as(user))).length, (await find(name)).length], [1, 0]);
  assert.deepEqual((await new Parse.Query(name).get(object.id, master)).getACL().permissionsById, { [user.id]: { read: true, write: true } });
});
