'use strict';
// saveAll, destroyAll, trees of unsaved objects, transactions, context.
const { test, after } = require('node:test');
const { Parse, assert, className, cleanUp, rejects, rows, names, rest, reload, lacks } = require('./support');

const Item = className('Item');
const Child = className('Child');
const mount = new URL(Parse.serverURL).pathname;
after(cleanUp);

test('saveAll creates and updates in one go', async () => {
  const objects = await rows(Item, Array.from({ length: 45 }, (_, n) => ({ n })));
  assert.equal(new Set(objects.map(o => o.id)).size, 45);
  for (const object of objects) object.increment('n', 100);
  await Parse.Object.saveAll(objects, { batchSize: 10 });
  assert.equal(objects[3].get('n'), 103);
  assert.equal(await new Parse.Query(Item).greaterThanOrEqualTo('n', 100).count(), 45);
});

test('saveAll of several classes', async () => {
  const [a, b] = await Parse.Object.saveAll([new Parse.Object(Item, { name: 'mixed' }), new Parse.Object(Child, { name: 'mixed' })]);
  assert.equal((await reload(a)).get('name'), 'mixed');
  assert.equal((await reload(b)).get('name'), 'mixed');
});

test('saveAll reports what failed and saves the rest', async () => {
  await new Parse.Object(Item).save({ fixed: 1 });
  const good = new Parse.Object(Item, { fixed: 2, name: 'good' });
  const bad = new Parse.Object(Item, { fixed: 'text', name: 'bad' });
  await rejects(Parse.Object.saveAll([bad, good]), Parse.Error.INCORRECT_TYPE);
  assert.deepEqual(await names(new Parse.Query(Item).containedIn('name', ['good', 'bad'])), ['good']);
});

test('destroyAll', async () => {
  const objects = await rows(Item, Array.from({ length: 25 }, () => ({ name: 'doomed' })));
  await Parse.Object.destroyAll(objects);
  assert.equal(await new Parse.Query(Item).equalTo('name', 'doomed').count(), 0);
});

test('destroyAll gathers the errors', async () => {
  const [present, gone] = await rows(Item, [{ name: 'present' }, { name: 'gone' }]);
  await Parse.Object.fromJSON({ className: Item, objectId: gone.id }).destroy();
  const error = await rejects(Parse.Object.destroyAll([gone, present]), Parse.Error.AGGREGATE_ERROR);
  assert.deepEqual(error.errors.map(e => [e.code, e.object.id]), [[Parse.Error.OBJECT_NOT_FOUND, gone.id]]);
  assert.equal(await new Parse.Query(Item).equalTo('name', 'present').count(), 0);
});

test('a tree of unsaved children is saved from the leaves', async () => {
  const leaf = new Parse.Object(Child, { name: 'leaf' });
  await leaf.save();
  const branch = new Parse.Object(Child, { name: 'branch', child: leaf });
  const twig = new Parse.Object(Child, { name: 'twig' });
  const root = new Parse.Object(Item, { name: 'root', child: branch, children: [leaf, twig] });
  await root.save();
  for (const object of [leaf, branch, twig]) assert.ok(object.id);
  const found = await new Parse.Query(Item).include('child.child', 'children').get(root.id);
  assert.equal(found.get('child').get('child').get('name'), 'leaf');
  assert.deepEqual(found.get('children').map(o => o.get('name')), ['leaf', 'twig']);
});

test('saveAll of deep trees that share children', async () => {
  const shared = new Parse.Object(Child, { name: 'shared', child: new Parse.Object(Child, { name: 'deep' }) });
  const roots = [1, 2, 3].map(n => new Parse.Object(Item, { name: `root${n}`, child: shared }));
  await Parse.Object.saveAll(roots);
  assert.equal(await new Parse.Query(Child).equalTo('name', 'shared').count(), 1);
  assert.equal(await new Parse.Query(Item).equalTo('child', shared).count(), 3);
  const found = await new Parse.Query(Item).include('child.child').get(roots[2].id);
  assert.equal(found.get('child').get('child').get('name'), 'deep');
});

test('cascadeSave false leaves the children alone', async () => {
  const child = await new Parse.Object(Child).save({ name: 'before' });
  const root = await new Parse.Object(Item).save({ child });
  child.set('name', 'after');
  root.set('n', 1);
  await root.save(null, { cascadeSave: false });
  assert.equal((await reload(root)).get('n'), 1);
  const names = await new Parse.Query(Child).equalTo('name', 'after').count();
  assert.equal(names, 0);
});

test('the batch route answers in order, per request', async () => {
  const { status, body } = await rest('POST', 'batch', {
    body: {
      requests: [
        { method: 'POST', path: `${mount}/classes/${Item}`, body: { name: 'batched' } },
        { method: 'GET', path: `${mount}/classes/${Item}/nope` },
        { method: 'POST', path: `${mount}/classes/${Item}`, body: { 'bad key': 1 } },
      ],
    },
  });
  assert.equal(status, 200);
  assert.ok(body[0].success.objectId);
  assert.deepEqual(body[1], { error: { code: 101, error: 'Object not found.' } });
  assert.deepEqual(body[2], { error: { code: 105, error: 'Invalid field name: bad key.' } });
});

test('batches that cannot be run at all', async () => {
  const batch = async body => {
    const answer = await rest('POST', 'batch', { body });
    assert.equal(answer.status, 400);
    return answer.body;
  };
  assert.deepEqual(await batch({}), { code: 107, error: 'requests must be an array' });
  assert.deepEqual(await batch({ requests: [{ method: 'GET', path: '/elsewhere' }] }), { code: 107, error: 'cannot route batch path /elsewhere' });
  assert.deepEqual(await batch({ requests: [{ method: 'GET', path: 7 }] }), { code: 107, error: 'batch request path must be a string' });
  assert.deepEqual(await batch({ requests: [{ method: 'POST', path: `${mount}/batch`, body: {} }] }),
    { code: 107, error: 'nested batch requests are not allowed' });
  assert.deepEqual(await batch({ requests: [{ method: 'GET', path: `${mount}/nowhere` }] }),
    { code: 107, error: `cannot route GET /nowhere` });
});

const transactions = { skip: lacks('transactions') && 'the engine has no transactions' };

test('a transaction stores all', transactions, async () => {
  const objects = [1, 2].map(n => new Parse.Object(Item, { name: 'together', n }));
  await Parse.Object.saveAll(objects, { transaction: true });
  assert.equal(await new Parse.Query(Item).equalTo('name', 'together').count(), 2);
});

test('a transaction with one failure stores nothing', transactions, async () => {
  await new Parse.Object(Item).save({ fixed: 1 });
  const { status } = await rest('POST', 'batch', {
    body: {
      transaction: true,
      requests: [
        { method: 'POST', path: `${mount}/classes/${Item}`, body: { name: 'undone' } },
        { method: 'POST', path: `${mount}/classes/${Item}`, body: { name: 'undone', fixed: 'text' } },
      ],
    },
  });
  // Parse Server answers 500 without a reason, Parsimony with the error of the item that failed (COMPAT.md).
  assert.ok(status === 400 || status === 500, `status ${status}`);
  assert.equal(await new Parse.Query(Item).equalTo('name', 'undone').count(), 0);
});

test('a context is accepted on save and destroy', async () => {
  const object = await new Parse.Object(Item).save({ name: 'ctx' }, { context: { from: 'test', n: 1 } });
  await object.destroy({ context: { why: 'done' } });
  const bad = await rest('POST', `classes/${Item}`, { body: {}, headers: { 'X-Parse-Cloud-Context': '[1]x' } });
  assert.deepEqual([bad.status, bad.body], [400, { code: 107, error: 'Invalid object for context.' }]);
});
