'use strict';
// Roles: what they open, who belongs to them, who may change them.
const { test, after } = require('node:test');
const { Parse, assert, className, rejects, master, fresh, signUp, as, forget } = require('./support');

const Door = className('Door');
const made = [];
after(() => forget(...made));

test('roles open what their ACL names', async () => {
  const [user, other] = [await signUp(), await signUp()];
  const inner = new Parse.Role(fresh('Inner'), new Parse.ACL());
  inner.getUsers().add(user);
  await inner.save(null, master);
  const outer = new Parse.Role(fresh('Outer'), new Parse.ACL());
  outer.getRoles().add(inner);
  await outer.save(null, master);
  made.push(inner, outer);
  const acl = new Parse.ACL();
  acl.setRoleReadAccess(outer, true);
  const door = new Parse.Object(Door);
  door.setACL(acl);
  await door.save(null, master);
  const seen = async who => (await new Parse.Query(Door).find(as(who))).length;
  assert.deepEqual([await seen(user), await seen(other)], [1, 0]);
  inner.getUsers().remove(user);
  await inner.save(null, master);
  assert.equal(await seen(user), 0);
});

test('a role has a name that is taken once and stays', async () => {
  const role = await new Parse.Role(fresh('Fixed'), new Parse.ACL()).save(null, master);
  made.push(role);
  await rejects(new Parse.Role(role.getName(), new Parse.ACL()).save(null, master), Parse.Error.DUPLICATE_VALUE);
  assert.throws(() => role.setName('Other'), /before it has been saved/);
  await rejects(new Parse.Query(Parse.Role).get(role.id), Parse.Error.OBJECT_NOT_FOUND);
  assert.equal((await new Parse.Query(Parse.Role).equalTo('name', role.getName()).first(master)).id, role.id);
});

test('members are asked from either end', async () => {
  const [user, other] = [await signUp(), await signUp()];
  const acl = new Parse.ACL();
  acl.setPublicReadAccess(true);
  const role = new Parse.Role(fresh('Crew'), acl);
  role.getUsers().add([user, other]);
  await role.save(null, master);
  made.push(role);
  const members = await role.getUsers().query().ascending('username').find(master);
  assert.deepEqual(members.map(({ id }) => id).sort(), [user.id, other.id].sort());
  const of = await new Parse.Query(Parse.Role).equalTo('users', user).find();
  assert.deepEqual(of.map(({ id }) => id), [role.id]);
  await other.destroy(master);
  assert.deepEqual((await role.getUsers().query().find(master)).map(({ id }) => id), [user.id]);
});

test('only those whom its ACL names change a role', async () => {
  const [user, other] = [await signUp(), await signUp()];
  const acl = new Parse.ACL(user);
  acl.setPublicReadAccess(true);
  const role = await new Parse.Role(fresh('Own'), acl).save(null, as(user));
  made.push(role);
  const copy = await new Parse.Query(Parse.Role).get(role.id);
  copy.getUsers().add(other);
  await rejects(copy.save(null, as(other)), Parse.Error.OBJECT_NOT_FOUND);
  await rejects(copy.save(null), Parse.Error.OBJECT_NOT_FOUND);
  await copy.save(null, as(user));
  assert.equal(await role.getUsers().query().equalTo('objectId', other.id).count(master), 1);
});
