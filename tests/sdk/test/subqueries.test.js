'use strict';
// Queries over the rows of another query.
const { test, before, after } = require('node:test');
const { Parse, assert, className, cleanUp, rejects, rows, names } = require('./support');

const Team = className('Team');
const Player = className('Player');
const team = () => new Parse.Query(Team);
const player = () => new Parse.Query(Player);

before(async () => {
  const [red, blue, grey] = await rows(Team, [
    { name: 'red', city: 'Rome', wins: 3 }, { name: 'blue', city: 'Bonn', wins: 1 }, { name: 'grey', city: 'Bern', wins: 0 },
  ]);
  await rows(Player, [
    { name: 'ann', team: red, home: 'Rome' }, { name: 'bob', team: blue, home: 'Rome' },
    { name: 'cid', team: grey, home: 'Oslo' }, { name: 'dee', home: 'Bonn', info: { home: 'Bern' } },
  ]);
});
after(cleanUp);

test('matchesQuery and doesNotMatchQuery', async () => {
  assert.deepEqual(await names(player().matchesQuery('team', team().greaterThan('wins', 0))), ['ann', 'bob']);
  assert.deepEqual(await names(player().doesNotMatchQuery('team', team().greaterThan('wins', 0))), ['cid', 'dee']);
  assert.deepEqual(await names(player().matchesQuery('team', team().equalTo('name', 'none'))), []);
  assert.deepEqual(await names(player().doesNotMatchQuery('team', team().equalTo('name', 'none'))), ['ann', 'bob', 'cid', 'dee']);
});

test('matchesQuery inside or, and inside another matchesQuery', async () => {
  const either = Parse.Query.or(
    player().matchesQuery('team', team().equalTo('name', 'red')),
    player().equalTo('name', 'dee'),
  );
  assert.deepEqual(await names(either), ['ann', 'dee']);
  const Fan = className('Fan');
  const [ann] = await player().equalTo('name', 'ann').find();
  await rows(Fan, [{ name: 'fay', idol: ann }, { name: 'gus' }]);
  const nested = new Parse.Query(Fan).matchesQuery('idol', player().matchesQuery('team', team().equalTo('city', 'Rome')));
  assert.deepEqual(await names(nested), ['fay']);
});

test('matchesKeyInQuery and doesNotMatchKeyInQuery', async () => {
  assert.deepEqual(await names(player().matchesKeyInQuery('home', 'city', team().greaterThan('wins', 0))), ['ann', 'bob', 'dee']);
  assert.deepEqual(await names(player().doesNotMatchKeyInQuery('home', 'city', team())), ['cid']);
  assert.deepEqual(await names(team().matchesKeyInQuery('city', 'info.home', player())), ['grey']);
});

test('the order and the limit of a subquery have no effect', async () => {
  const best = team().descending('wins').limit(1);
  assert.deepEqual(await names(player().matchesQuery('team', best)), ['ann', 'bob', 'cid']);
});

test('queries through a pointer compared with keys of the same class', async () => {
  const rome = await team().equalTo('city', 'Rome').first();
  assert.deepEqual(await names(player().equalTo('team', rome).matchesKeyInQuery('home', 'city', team())), ['ann']);
});

test('badly formed subqueries are refused', async () => {
  await rejects(player()._addCondition('team', '$inQuery', { where: {} }).find(), Parse.Error.INVALID_QUERY, 'improper usage of $inQuery');
  await rejects(player()._addCondition('team', '$notInQuery', 1).find(), Parse.Error.INVALID_QUERY, 'improper usage of $notInQuery');
  await rejects(player()._addCondition('home', '$select', { key: 'city' }).find(), Parse.Error.INVALID_QUERY, 'improper usage of $select');
  await rejects(player()._addCondition('home', '$dontSelect', { key: 'city' }).find(), Parse.Error.INVALID_QUERY, 'improper usage of $dontSelect');
});
