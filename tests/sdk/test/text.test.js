'use strict';
// Full text search.
const { test, before, after } = require('node:test');
const { Parse, assert, className, cleanUp, rejects, rows, names, pluck, lacks } = require('./support');

const Doc = className('Doc');
const doc = () => new Parse.Query(Doc);

before(async () => {
  await rows(Doc, [
    { name: 'one', subject: 'coffee shopping', views: 5 },
    { name: 'two', subject: 'Coffee with cake, coffee with cream', views: 90 },
    { name: 'three', subject: 'Baking a cake', views: 80 },
    { name: 'four', subject: 'Café Con Leche', views: 200 },
    { name: 'five', views: 1 },
  ]);
});
after(cleanUp);

test('a word, in any case', async () => {
  assert.deepEqual(await names(doc().fullText('subject', 'coffee')), ['one', 'two']);
  assert.deepEqual(await names(doc().fullText('subject', 'COFFEE')), ['one', 'two']);
  assert.deepEqual(await names(doc().fullText('subject', 'nothing')), []);
});

test('several words match any of them; a phrase matches as a whole', async () => {
  assert.deepEqual(await names(doc().fullText('subject', 'coffee baking')), ['one', 'three', 'two']);
  assert.deepEqual(await names(doc().fullText('subject', '"coffee shopping"')), ['one']);
});

test('word stems of the language', async () => {
  assert.deepEqual(await names(doc().fullText('subject', 'shop')), ['one']);
  assert.deepEqual(await names(doc().fullText('subject', 'bake')), ['three']);
  assert.deepEqual(await names(doc().fullText('subject', 'baking', { language: 'none' })), []);
});

test('a negated word', async () => {
  assert.deepEqual(await names(doc().fullText('subject', 'cake -coffee')), ['three']);
});

test('with another constraint', async () => {
  assert.deepEqual(await names(doc().fullText('subject', 'coffee').greaterThan('views', 50)), ['two']);
});

test('sortByTextScore orders by score and returns it', async () => {
  const found = await doc().fullText('subject', 'coffee cake').sortByTextScore().find();
  assert.equal(pluck(found)[0], undefined, 'only the score is selected');
  assert.equal(found.length, 3);
  const scores = found.map(o => o.get('score'));
  for (const score of scores) assert.equal(typeof score, 'number');
  assert.deepEqual(scores, [...scores].sort((a, b) => b - a));
  const best = await doc().get(found[0].id);
  assert.equal(best.get('name'), 'two');
});

test('count', async () => {
  assert.equal(await doc().fullText('subject', 'coffee').count(), 2);
});

test('case sensitive', { skip: lacks('caseSensitive') && 'the engine has no $caseSensitive' }, async () => {
  assert.deepEqual(await names(doc().fullText('subject', 'coffee', { caseSensitive: true })), ['one', 'two']);
  assert.deepEqual(await names(doc().fullText('subject', 'Coffee', { caseSensitive: true })), ['two']);
});

test('diacritic sensitive', { skip: lacks('diacriticSensitive') && 'the engine has no $diacriticSensitive' }, async () => {
  assert.deepEqual(await names(doc().fullText('subject', 'cafe', { diacriticSensitive: false })), ['four']);
  assert.deepEqual(await names(doc().fullText('subject', 'cafe', { diacriticSensitive: true })), []);
});

test('malformed searches are refused', async () => {
  const search = $search => doc()._addCondition('subject', '$text', { $search }).find();
  await rejects(search('coffee'), 107, 'bad $text: $search, should be object');
  await rejects(search({ $term: 1 }), 107, 'bad $text: $term, should be string');
  await rejects(search({ $term: 'x', $language: 1 }), 107, 'bad $text: $language, should be string');
  await rejects(search({ $term: 'x', $caseSensitive: 1 }), 107, 'bad $text: $caseSensitive, should be boolean');
  await rejects(search({ $term: 'x', $diacriticSensitive: 1 }), 107, 'bad $text: $diacriticSensitive, should be boolean');
});
