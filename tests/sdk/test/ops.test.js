'use strict';
// Every update operation, on create and on update, seen in the answer and after a reload.
const { test, after } = require('node:test');
const { Parse, assert, className, cleanUp, rejects, reload, rest } = require('./support');

const Op = className('Op');
const Target = className('OpTarget');
after(cleanUp);

const make = fields => new Parse.Object(Op).save(fields);

async function both(object, field, expected) {
  assert.deepEqual(object.get(field), expected);
  assert.deepEqual((await reload(object)).get(field), expected);
}

test('increment and decrement', async () => {
  const object = await make({ n: 1 });
  await object.increment('n').save();
  await both(object, 'n', 2);
  await object.increment('n', 2.5).save();
  await both(object, 'n', 4.5);
  await object.decrement('n', 10).save();
  await both(object, 'n', -5.5);
});

test('increment counts from what the server has, not from the local copy', async () => {
  const object = await make({ n: 10 });
  const copy = await reload(object);
  await copy.increment('n', 5).save();
  await object.increment('n').save();
  await both(object, 'n', 16);
});

test('increment of a missing field starts at zero, on create too', async () => {
  const object = await make({ s: 'x' });
  await object.increment('n', 3).save();
  await both(object, 'n', 3);
  const fresh = new Parse.Object(Op);
  fresh.increment('n', 7);
  await fresh.save();
  await both(fresh, 'n', 7);
});

test('many increments at once lose none', async () => {
  const object = await make({ n: 0 });
  await Promise.all(Array.from({ length: 10 }, async () => {
    const copy = Parse.Object.fromJSON({ className: Op, objectId: object.id });
    await copy.increment('n').save();
  }));
  assert.equal((await reload(object)).get('n'), 10);
});

test('add and addAll append, duplicates too', async () => {
  const object = await make({ arr: [1, 2] });
  object.add('arr', 2);
  await object.save();
  await both(object, 'arr', [1, 2, 2]);
  object.addAll('arr', ['x', { k: 1 }]);
  await object.save();
  await both(object, 'arr', [1, 2, 2, 'x', { k: 1 }]);
});

test('addUnique and addAllUnique append what is not there', async () => {
  const object = await make({ arr: [1, { k: 1 }] });
  object.addUnique('arr', 1);
  await object.save();
  await both(object, 'arr', [1, { k: 1 }]);
  object.addAllUnique('arr', [{ k: 1 }, 2, 3]);
  await object.save();
  await both(object, 'arr', [1, { k: 1 }, 2, 3]);
});

test('addUnique of pointers', async () => {
  const [a, b] = [await new Parse.Object(Target).save(), await new Parse.Object(Target).save()];
  const object = await make({ arr: [a] });
  object.addAllUnique('arr', [a, b]);
  await object.save();
  assert.deepEqual((await reload(object)).get('arr').map(o => o.id), [a.id, b.id]);
});

test('remove and removeAll take every equal element', async () => {
  const object = await make({ arr: [1, 2, 1, { k: 1 }, 'x'] });
  object.remove('arr', 1);
  await object.save();
  await both(object, 'arr', [2, { k: 1 }, 'x']);
  object.removeAll('arr', [{ k: 1 }, 'x', 'not there']);
  await object.save();
  await both(object, 'arr', [2]);
});

test('array operations on a missing field, on create', async () => {
  const object = new Parse.Object(Op);
  object.add('arr', 1);
  await object.save();
  await both(object, 'arr', [1]);
  const second = new Parse.Object(Op);
  second.addUnique('arr', 'u');
  await second.save();
  await both(second, 'arr', ['u']);
});

test('array operations on a missing field, on update', async () => {
  const object = await make({ s: 'x' });
  object.add('arr', 1);
  await object.save();
  await both(object, 'arr', [1]);
});

test('unset takes the field away', async () => {
  const object = await make({ s: 'x', n: 1 });
  object.unset('s');
  await object.save();
  const found = await reload(object);
  assert.equal(found.has('s'), false);
  assert.equal('s' in found.attributes, false);
  assert.equal(found.get('n'), 1);
});

test('unset of a field that no class has', async () => {
  const object = await make({ n: 1 });
  object.unset('neverSeen');
  await object.save();
  assert.equal((await reload(object)).get('n'), 1);
});

test('set of a dotted key changes that key only', async () => {
  const object = await make({ o: { a: { b: 1 }, keep: true } });
  object.set('o.a.c', 5);
  await object.save();
  assert.deepEqual((await reload(object)).get('o'), { a: { b: 1, c: 5 }, keep: true });
});

test('increment and unset of a dotted key', async () => {
  const object = await make({ o: { n: 1, gone: 'x' } });
  object.increment('o.n', 4);
  object.unset('o.gone');
  await object.save();
  assert.deepEqual((await reload(object)).get('o'), { n: 5 });
});

test('set of an array element by its index', async () => {
  const object = await make({ arr: [1, 2, 3] });
  const answer = await rest('PUT', `classes/${Op}/${object.id}`, { body: { 'arr.1': 'two' } });
  assert.equal(answer.status, 200);
  assert.deepEqual((await reload(object)).get('arr'), [1, 'two', 3]);
});

test('a change inside a fetched object is saved', async () => {
  const object = await make({ o: { list: [1] } });
  object.get('o').list.push(2);
  await object.save();
  assert.deepEqual((await reload(object)).get('o'), { list: [1, 2] });
});

test('relation add and remove', async () => {
  const targets = await Promise.all([1, 2, 3].map(n => new Parse.Object(Target).save({ n })));
  const object = await make({ s: 'owner' });
  const relation = object.relation('rel');
  relation.add(targets.slice(0, 2));
  await object.save();
  relation.add(targets[2]);
  relation.remove(targets[0]);
  await object.save();
  const found = await object.relation('rel').query().ascending('n').find();
  assert.deepEqual(found.map(o => o.get('n')), [2, 3]);
});

test('several operations in one save', async () => {
  const object = await make({ n: 1, arr: [1], s: 'x', gone: true });
  object.increment('n');
  object.add('arr', 2);
  object.set('s', 'y');
  object.unset('gone');
  await object.save();
  const found = await reload(object);
  assert.deepEqual([found.get('n'), found.get('arr'), found.get('s'), found.has('gone')], [2, [1, 2], 'y', false]);
});

test('the answer to an update holds results of operations only', async () => {
  const object = await make({ n: 1, arr: [1], s: 'x' });
  const { status, body } = await rest('PUT', `classes/${Op}/${object.id}`, {
    body: { n: { __op: 'Increment', amount: 2 }, arr: { __op: 'AddUnique', objects: [1, 2] }, s: 'y' },
  });
  assert.equal(status, 200);
  assert.deepEqual({ ...body, updatedAt: '' }, { n: 3, arr: [1, 2], updatedAt: '' });
});

test('operations on values of another type', async () => {
  const object = await make({ s: 'x', n: 1, arr: [1] });
  const put = body => rest('PUT', `classes/${Op}/${object.id}`, { body });
  for (const [body, code] of [
    [{ s: { __op: 'Increment', amount: 1 } }, 111],
    [{ n: { __op: 'Add', objects: [1] } }, 111],
    [{ arr: { __op: 'Increment', amount: 1 } }, 111],
    [{ n: { __op: 'Increment', amount: 'x' } }, 107],
    [{ arr: { __op: 'Add', objects: 1 } }, 107],
    [{ arr: { __op: 'Remove', objects: 'x' } }, 107],
  ]) {
    const answer = await put(body);
    assert.deepEqual([answer.status, answer.body.code], [400, code], JSON.stringify(body));
  }
  const found = await reload(object);
  assert.deepEqual([found.get('s'), found.get('n'), found.get('arr')], ['x', 1, [1]]);
});

test('revert and op chaining stay local until saved', async () => {
  const object = await make({ n: 1 });
  object.increment('n');
  object.increment('n');
  assert.equal(object.get('n'), 3);
  object.revert('n');
  assert.equal(object.get('n'), 1);
  await object.increment('n').save();
  await both(object, 'n', 2);
});

test('a type that does not fit the column is refused', async () => {
  await make({ fixed: 1 });
  await rejects(make({ fixed: 'text' }), Parse.Error.INCORRECT_TYPE,
    `schema mismatch for ${Op}.fixed; expected Number but got String`);
});
