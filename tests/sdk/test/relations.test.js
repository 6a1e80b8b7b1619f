'use strict';
// Relations: many to many, queried from both ends.
const { test, before, after } = require('node:test');
const { Parse, assert, className, cleanUp, rejects, rows, names } = require('./support');

const Post = className('Post');
const Tag = className('Tag');
let red, green, blue, first, second;

before(async () => {
  [red, green, blue] = await rows(Tag, [{ name: 'red', n: 1 }, { name: 'green', n: 2 }, { name: 'blue', n: 3 }]);
  first = new Parse.Object(Post, { name: 'first' });
  first.relation('tags').add([red, green]);
  second = new Parse.Object(Post, { name: 'second' });
  second.relation('tags').add(green);
  await Parse.Object.saveAll([first, second]);
  await new Parse.Object(Post, { name: 'third' }).save();
});
after(cleanUp);

test('the related rows', async () => {
  assert.deepEqual(await names(first.relation('tags').query()), ['green', 'red']);
  assert.deepEqual(await names(second.relation('tags').query()), ['green']);
});

test('the related rows under constraints, order and limit', async () => {
  assert.deepEqual(await names(first.relation('tags').query().greaterThan('n', 1)), ['green']);
  const [top] = await first.relation('tags').query().descending('n').limit(1).find();
  assert.equal(top.id, green.id);
  assert.equal(await first.relation('tags').query().count(), 2);
});

test('owners of a related row', async () => {
  assert.deepEqual(await names(new Parse.Query(Post).equalTo('tags', green)), ['first', 'second']);
  assert.deepEqual(await names(new Parse.Query(Post).equalTo('tags', blue)), []);
  assert.deepEqual(await names(new Parse.Query(Post).containedIn('tags', [red, blue])), ['first']);
  assert.deepEqual(await names(new Parse.Query(Post).notEqualTo('tags', red)), ['second', 'third']);
});

test('owners by a query on the related rows', async () => {
  assert.deepEqual(await names(new Parse.Query(Post).matchesQuery('tags', new Parse.Query(Tag).lessThan('n', 2))), ['first']);
});

test('owners within an or', async () => {
  const either = Parse.Query.or(
    new Parse.Query(Post).equalTo('tags', red),
    new Parse.Query(Post).equalTo('name', 'third'),
  );
  assert.deepEqual(await names(either), ['first', 'third']);
});

test('a parent found by an object, in reverse', async () => {
  const relation = new Parse.Relation(first, 'tags');
  assert.deepEqual(await names(relation.query()), ['green', 'red']);
});

test('adding twice, removing what is not there', async () => {
  const post = new Parse.Object(Post, { name: 'fourth' });
  post.relation('tags').add(red);
  await post.save();
  post.relation('tags').add(red);
  await post.save();
  post.relation('tags').remove(blue);
  await post.save();
  assert.deepEqual(await names(post.relation('tags').query()), ['red']);
  await post.destroy();
});

test('a deleted related row is no longer found', async () => {
  const [tag] = await rows(Tag, [{ name: 'doomed' }]);
  const post = new Parse.Object(Post, { name: 'fifth' });
  post.relation('tags').add([tag, blue]);
  await post.save();
  await tag.destroy();
  assert.deepEqual(await names(post.relation('tags').query()), ['blue']);
  await post.destroy();
});

test('a relation holds one class', async () => {
  const other = await new Parse.Object(Post).save({ name: 'sixth' });
  const post = Parse.Object.fromJSON({ className: Post, objectId: first.id });
  post.relation('tags').add(other);
  await rejects(post.save(), Parse.Error.INCORRECT_TYPE);
  await other.destroy();
});

test('the relation shows in every row of the class', async () => {
  for (const post of await new Parse.Query(Post).find()) {
    assert.equal(post.relation('tags').targetClassName, Tag);
  }
});
