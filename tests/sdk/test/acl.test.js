'use strict';
// ACLs as an anonymous client meets them.
const { test, after } = require('node:test');
const { Parse, assert, className, cleanUp, rejects, reload, names, master, rest } = require('./support');

const Locked = className('Locked');
after(cleanUp);

async function make(name, acl) {
  const object = new Parse.Object(Locked, { name });
  if (acl) object.setACL(acl);
  await object.save(null, master);
  return object;
}

function acl({ read, write }) {
  const value = new Parse.ACL();
  value.setPublicReadAccess(read);
  value.setPublicWriteAccess(write);
  return value;
}

test('no ACL is open to all', async () => {
  const object = await make('open');
  const found = await reload(object);
  assert.equal(found.getACL(), null);
  await found.save({ name: 'open' });
  await found.destroy();
});

test('an empty ACL is the master key\'s only', async () => {
  const object = await make('sealed', new Parse.ACL());
  await rejects(reload(object), Parse.Error.OBJECT_NOT_FOUND);
  await rejects(object.save({ name: 'x' }), Parse.Error.OBJECT_NOT_FOUND);
  await rejects(object.destroy(), Parse.Error.OBJECT_NOT_FOUND);
  assert.deepEqual(await names(new Parse.Query(Locked).equalTo('name', 'sealed')), []);
  assert.equal(await new Parse.Query(Locked).equalTo('name', 'sealed').count(), 0);
  const found = await reload(object, master);
  assert.deepEqual(found.getACL().permissionsById, {});
  await object.save({ name: 'sealed2' }, master);
  await object.destroy(master);
});

test('public read only', async () => {
  const object = await make('readable', acl({ read: true, write: false }));
  const found = await reload(object);
  assert.deepEqual(found.getACL().permissionsById, { '*': { read: true } });
  await rejects(found.save({ name: 'x' }), Parse.Error.OBJECT_NOT_FOUND, 'Object not found.');
  await rejects(found.destroy(), Parse.Error.OBJECT_NOT_FOUND);
});

test('public write only', async () => {
  const object = await make('writable', acl({ read: false, write: true }));
  await rejects(reload(object), Parse.Error.OBJECT_NOT_FOUND);
  await object.save({ name: 'written' });
  assert.equal((await reload(object, master)).get('name'), 'written');
  await object.destroy();
});

test('users and roles that are not the caller', async () => {
  const value = new Parse.ACL();
  value.setReadAccess('someUser00', true);
  value.setRoleWriteAccess('Admins', true);
  const object = await make('theirs', value);
  await rejects(reload(object), Parse.Error.OBJECT_NOT_FOUND);
  await rejects(object.save({ name: 'x' }), Parse.Error.OBJECT_NOT_FOUND);
  const found = await reload(object, master);
  assert.deepEqual(found.getACL().permissionsById, { someUser00: { read: true }, 'role:Admins': { write: true } });
});

test('an included row that may not be read vanishes', async () => {
  const hidden = await make('hidden', new Parse.ACL());
  const holder = await new Parse.Object(className('Holds')).save({ p: hidden, ps: [hidden, 1] }, master);
  const { body } = await rest('GET', `classes/${holder.className}?include=p,ps`);
  assert.equal('p' in body.results[0], false);
  assert.deepEqual(body.results[0].ps, [1]);
});

test('an ACL is replaced, not merged, and a deleted one seals the row', async () => {
  const object = await make('change', acl({ read: true, write: true }));
  object.setACL(acl({ read: true, write: false }));
  await object.save();
  assert.deepEqual((await reload(object)).getACL().permissionsById, { '*': { read: true } });
  object.unset('ACL');
  await object.save(null, master);
  await rejects(reload(object), Parse.Error.OBJECT_NOT_FOUND);
});

test('ACL cannot be queried and does not take a bad value', async () => {
  await rejects(new Parse.Query(Locked).equalTo('ACL', 'x').find(), Parse.Error.INVALID_QUERY, 'Cannot query on ACL.');
  const bad = await rest('POST', `classes/${Locked}`, { body: { ACL: { '*unresolved': { read: true } } } });
  assert.deepEqual([bad.status, bad.body.code], [400, Parse.Error.INVALID_ACL]);
});
