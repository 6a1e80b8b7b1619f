'use strict';
// Comparison, list, string and logical operators.
const { test, before, after } = require('node:test');
const { Parse, assert, className, cleanUp, rejects, rows, names } = require('./support');

const Q = className('Query');
const q = () => new Parse.Query(Q);
let all;

before(async () => {
  all = await rows(Q, [
    { name: 'a', n: 1, s: 'apple', b: true, d: new Date('2020-01-01'), arr: [1, 2, 3], o: { k: 1, deep: { x: 'q' } } },
    { name: 'b', n: 2, s: 'Banana', b: false, d: new Date('2021-01-01'), arr: [2, 3], o: { k: 2, deep: { x: 'r' } } },
    { name: 'c', n: 3.5, s: 'cherry pie', b: true, d: new Date('2022-01-01'), arr: [], o: { k: 3 } },
    { name: 'd', n: -4, s: 'date\nline', arr: ['apple', 'apricot'], o: {} },
    { name: 'e', s: null, arr: null, tags: [{ t: 'x', v: 1 }, { t: 'y', v: 2 }] },
    { name: 'f', s: 'a.b*c', tags: [{ t: 'y', v: 1 }] },
  ]);
});
after(cleanUp);

test('equalTo on each type', async () => {
  assert.deepEqual(await names(q().equalTo('n', 2)), ['b']);
  assert.deepEqual(await names(q().equalTo('s', 'apple')), ['a']);
  assert.deepEqual(await names(q().equalTo('b', true)), ['a', 'c']);
  assert.deepEqual(await names(q().equalTo('d', new Date('2021-01-01'))), ['b']);
  assert.deepEqual(await names(q().equalTo('n', 99)), []);
});

test('equalTo of null matches null and missing', async () => {
  assert.deepEqual(await names(q().equalTo('s', null)), ['e']);
  assert.deepEqual(await names(q().equalTo('n', null)), ['e', 'f']);
});

test('equalTo of a value on an array column is containment', async () => {
  assert.deepEqual(await names(q().equalTo('arr', 2)), ['a', 'b']);
  assert.deepEqual(await names(q().equalTo('arr', 'apple')), ['d']);
});

test('equalTo of another type finds nothing', async () => {
  assert.deepEqual(await names(q().equalTo('n', '2')), []);
  assert.deepEqual(await names(q().equalTo('s', 1)), []);
});

test('notEqualTo also matches rows without the field', async () => {
  assert.deepEqual(await names(q().notEqualTo('n', 2)), ['a', 'c', 'd', 'e', 'f']);
  assert.deepEqual(await names(q().notEqualTo('arr', 2)), ['c', 'd', 'e', 'f']);
  assert.deepEqual(await names(q().notEqualTo('n', null)), ['a', 'b', 'c', 'd']);
});

test('ranges of numbers, strings and dates', async () => {
  assert.deepEqual(await names(q().lessThan('n', 2)), ['a', 'd']);
  assert.deepEqual(await names(q().lessThanOrEqualTo('n', 2)), ['a', 'b', 'd']);
  assert.deepEqual(await names(q().greaterThan('n', 2)), ['c']);
  assert.deepEqual(await names(q().greaterThanOrEqualTo('n', 2)), ['b', 'c']);
  assert.deepEqual(await names(q().greaterThan('s', 'b')), ['c', 'd']);
  assert.deepEqual(await names(q().greaterThan('d', new Date('2020-06-01')).lessThan('d', new Date('2021-06-01'))), ['b']);
});

test('ranges reach into array columns', async () => {
  assert.deepEqual(await names(q().greaterThan('arr', 2)), ['a', 'b']);
  assert.deepEqual(await names(q().lessThan('arr', 2)), ['a']);
});

test('containedIn and notContainedIn', async () => {
  assert.deepEqual(await names(q().containedIn('n', [1, 3.5, 99])), ['a', 'c']);
  assert.deepEqual(await names(q().containedIn('n', [])), []);
  assert.deepEqual(await names(q().containedIn('n', [1, null])), ['a', 'e', 'f']);
  assert.deepEqual(await names(q().containedIn('arr', [1, 'apricot'])), ['a', 'd']);
  assert.deepEqual(await names(q().notContainedIn('n', [1, 2])), ['c', 'd', 'e', 'f']);
  assert.deepEqual(await names(q().notContainedIn('arr', [2])), ['c', 'd', 'e', 'f']);
  assert.deepEqual(await names(q().notContainedIn('n', [])), ['a', 'b', 'c', 'd', 'e', 'f']);
});

test('containedIn with mixed types', async () => {
  assert.deepEqual(await names(q().containedIn('s', [1, 'apple', true])), ['a']);
});

test('containsAll and containedBy', async () => {
  assert.deepEqual(await names(q().containsAll('arr', [2, 3])), ['a', 'b']);
  assert.deepEqual(await names(q().containsAll('arr', [1, 2, 3])), ['a']);
  assert.deepEqual(await names(q().containsAll('arr', [])), []);
  assert.deepEqual(await names(q().containedBy('arr', [1, 2, 3, 4])), ['a', 'b', 'c', 'e', 'f']);
  assert.deepEqual(await names(q().containedBy('arr', [2, 3])), ['b', 'c', 'e', 'f']);
});

test('containsAllStartingWith', async () => {
  assert.deepEqual(await names(q().containsAllStartingWith('arr', ['ap'])), ['d']);
  assert.deepEqual(await names(q().containsAllStartingWith('arr', ['app', 'apr'])), ['d']);
  assert.deepEqual(await names(q().containsAllStartingWith('arr', ['app', 'zzz'])), []);
});

test('exists and doesNotExist', async () => {
  assert.deepEqual(await names(q().exists('n')), ['a', 'b', 'c', 'd']);
  assert.deepEqual(await names(q().doesNotExist('n')), ['e', 'f']);
  assert.deepEqual(await names(q().exists('s')), ['a', 'b', 'c', 'd', 'e', 'f']);
  assert.deepEqual(await names(q().doesNotExist('never')), ['a', 'b', 'c', 'd', 'e', 'f']);
  assert.deepEqual(await names(q().exists('o.deep.x')), ['a', 'b']);
});

test('matches with modifiers', async () => {
  assert.deepEqual(await names(q().matches('s', /^a/)), ['a', 'f']);
  assert.deepEqual(await names(q().matches('s', /^b/i)), ['b']);
  assert.deepEqual(await names(q().matches('s', '^BANANA$', 'i')), ['b']);
  assert.deepEqual(await names(q().matches('s', '^line$', 'm')), ['d']);
  assert.deepEqual(await names(q().matches('s', '^line$')), []);
  assert.deepEqual(await names(q().matches('s', 'date.line', 's')), ['d']);
  assert.deepEqual(await names(q().matches('s', 'a p p l e # comment', 'x')), ['a']);
  assert.deepEqual(await names(q().matches('s', '(?i)CHERRY')), ['c']);
  assert.deepEqual(await names(q().matches('s', '^[a-c]\\w+(?= pie)')), ['c']);
});

test('matches reaches into array columns', async () => {
  assert.deepEqual(await names(q().matches('arr', /^apr/)), ['d']);
});

test('startsWith, endsWith and contains take the text as it is', async () => {
  assert.deepEqual(await names(q().startsWith('s', 'a')), ['a', 'f']);
  assert.deepEqual(await names(q().startsWith('s', 'a.b*')), ['f']);
  assert.deepEqual(await names(q().startsWith('s', 'BAN', 'i')), ['b']);
  assert.deepEqual(await names(q().endsWith('s', 'pie')), ['c']);
  assert.deepEqual(await names(q().endsWith('s', '*c')), ['f']);
  assert.deepEqual(await names(q().contains('s', 'an')), ['b']);
  assert.deepEqual(await names(q().contains('s', '.')), ['f']);
  assert.deepEqual(await names(q().contains('s', '\\E')), []);
});

test('dotted paths into objects and through arrays', async () => {
  assert.deepEqual(await names(q().equalTo('o.k', 2)), ['b']);
  assert.deepEqual(await names(q().equalTo('o.deep.x', 'q')), ['a']);
  assert.deepEqual(await names(q().greaterThan('o.k', 1)), ['b', 'c']);
  assert.deepEqual(await names(q().equalTo('tags.t', 'y')), ['e', 'f']);
  assert.deepEqual(await names(q().equalTo('tags.t', 'x').equalTo('tags.v', 2)), ['e']);
  assert.deepEqual(await names(q().equalTo('tags.0.t', 'y')), ['f']);
  assert.deepEqual(await names(q().equalTo('arr.0', 2)), ['b']);
});

test('or, and, nor', async () => {
  const one = q().equalTo('n', 1);
  const two = q().equalTo('s', 'Banana');
  assert.deepEqual(await names(Parse.Query.or(one, two)), ['a', 'b']);
  assert.deepEqual(await names(Parse.Query.and(q().exists('n'), q().equalTo('b', true))), ['a', 'c']);
  assert.deepEqual(await names(Parse.Query.nor(one, two)), ['c', 'd', 'e', 'f']);
});

test('or, and, nor inside one another, with further constraints', async () => {
  const nested = Parse.Query.or(
    Parse.Query.and(q().greaterThan('n', 0), q().lessThan('n', 3)),
    Parse.Query.nor(q().exists('n'), q().equalTo('name', 'e')),
  );
  assert.deepEqual(await names(nested), ['a', 'b', 'f']);
  assert.deepEqual(await names(Parse.Query.or(q().equalTo('n', 1), q().equalTo('n', 2)).equalTo('b', false)), ['b']);
});

test('queries on objectId, createdAt and updatedAt', async () => {
  assert.deepEqual(await names(q().equalTo('objectId', all[1].id)), ['b']);
  assert.deepEqual(await names(q().containedIn('objectId', [all[0].id, all[2].id, 'nope'])), ['a', 'c']);
  assert.deepEqual(await names(q().notEqualTo('objectId', all[0].id)), ['b', 'c', 'd', 'e', 'f']);
  assert.deepEqual(await names(q().greaterThan('createdAt', new Date('2100-01-01'))), []);
  assert.equal((await names(q().lessThan('updatedAt', new Date('2100-01-01')))).length, 6);
  assert.equal((await names(q().equalTo('createdAt', all[0].createdAt))).includes('a'), true);
});

test('pointers: equalTo, notEqualTo, containedIn, containsAll', async () => {
  const Holder = className('Holder');
  const [a, b] = all;
  await rows(Holder, [{ name: 'x', p: a, ps: [a, b] }, { name: 'y', p: b, ps: [b] }, { name: 'z' }]);
  const h = () => new Parse.Query(Holder);
  assert.deepEqual(await names(h().equalTo('p', a)), ['x']);
  assert.deepEqual(await names(h().notEqualTo('p', a)), ['y', 'z']);
  assert.deepEqual(await names(h().containedIn('p', [a, b])), ['x', 'y']);
  assert.deepEqual(await names(h().notContainedIn('p', [a])), ['y', 'z']);
  assert.deepEqual(await names(h().equalTo('ps', b)), ['x', 'y']);
  assert.deepEqual(await names(h().containsAll('ps', [a, b])), ['x']);
  assert.deepEqual(await names(h().exists('p')), ['x', 'y']);
});

test('a query built from JSON asks the same', async () => {
  const json = q().greaterThan('n', 1).ascending('n').limit(1).toJSON();
  assert.deepEqual(await names(Parse.Query.fromJSON(Q, json)), ['b']);
});

test('a class that does not exist has no rows', async () => {
  const absent = new Parse.Query(className('Absent'));
  assert.deepEqual(await absent.find(), []);
  assert.equal(await absent.count(), 0);
  assert.equal(await absent.first(), undefined);
});

test('what cannot be asked is refused', async () => {
  await rejects(q().equalTo('arr', [1, 2]).find(), Parse.Error.INVALID_JSON, 'You cannot use 1,2 as a query parameter.');
  await rejects(q().equalTo('o', { k: 1 }).find(), Parse.Error.INVALID_JSON,
    'You cannot use [object Object] as a query parameter.');
  await rejects(q().equalTo('bad key', 1).find(), Parse.Error.INVALID_KEY_NAME, 'Invalid key name: bad key');
  await rejects(q().containedIn('n', 'x').find(), Parse.Error.INVALID_JSON, 'bad $in value');
  await rejects(q()._addCondition('n', '$foo', 1).find(), Parse.Error.INVALID_JSON, 'bad constraint: $foo');
  await rejects(q().matches('s', 'a', 'z').find(), Parse.Error.INVALID_QUERY, 'Bad $options value for query: z');
});
