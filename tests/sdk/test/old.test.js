'use strict';
// Old majors of the SDK, in apps that nobody builds anew: what such an app does all day.
const { test, after } = require('node:test');
const { assert, className, cleanUp, fresh } = require('./support');

const { SERVER_URL = 'http://127.0.0.1:1337/parse', APP_ID = 'app', MASTER_KEY = 'mk' } = process.env;
const master = { useMasterKey: true };

after(cleanUp);

/** An SDK of that major, set up as the present one is. */
function sdk(major) {
  const Parse = require(`parse-${major}/node`);
  Parse.initialize(APP_ID, undefined, MASTER_KEY);
  Parse.serverURL = SERVER_URL;
  Parse.User.enableUnsafeCurrentUser();
  return Parse;
}

const code = promise => promise.then(() => 0, error => error.code);
const numbers = objects => objects.map(object => object.get('n'));

for (const major of [1, 2, 5]) {
  const Parse = sdk(major);
  const Row = Parse.Object.extend(className(`Old${major}`));
  const query = () => new Parse.Query(Row);

  test(`SDK ${major}: an object through its life`, async () => {
    const row = new Row();
    await row.save({ text: 'ü\u2028😀', n: 1.5, when: new Date(1e12), place: new Parse.GeoPoint(1, 2), list: [1, { a: [2] }], none: null });
    const found = await query().get(row.id);
    assert.deepEqual([found.get('text'), found.get('n'), +found.get('when'), found.get('place').longitude], ['ü\u2028😀', 1.5, 1e12, 2]);
    found.increment('n', 2);
    found.add('list', 3);
    found.addUnique('tags', 'x');
    found.unset('text');
    await found.save();
    await row.fetch();
    assert.deepEqual([row.get('n'), row.get('list').length, row.get('tags'), row.get('text')], [3.5, 3, ['x'], undefined]);
    row.remove('tags', 'x');
    await row.save();
    assert.deepEqual((await query().get(row.id)).get('tags'), []);
    await row.destroy();
    assert.equal(await code(row.fetch()), 101);
  });

  test(`SDK ${major}: many objects, and queries over them`, async () => {
    const rows = Array.from({ length: 45 }, (_, n) => new Row({ n, m: n % 3, name: `n${n}`, place: new Parse.GeoPoint(n, 0), tags: [`t${n % 2}`, 'all'] }));
    await Parse.Object.saveAll(rows);
    const under = limit => query().lessThan('n', limit).ascending('n');
    assert.deepEqual(numbers(await under(9).equalTo('m', 1).find()), [1, 4, 7]);
    assert.deepEqual(numbers(await query().containedIn('n', [3, 5, 99]).descending('n').find()), [5, 3]);
    assert.deepEqual(numbers(await under(6).notEqualTo('tags', 't0').find()), [1, 3, 5]);
    assert.deepEqual(numbers(await under(9).containsAll('tags', ['t1', 'all']).matches('name', /^N[1-4]/i).find()), [1, 3]);
    assert.deepEqual(numbers(await under(45).startsWith('name', 'n4').skip(2).limit(2).find()), [41, 42]);
    assert.deepEqual(numbers(await Parse.Query.or(query().equalTo('n', 1), query().equalTo('n', 2)).ascending('n').find()), [1, 2]);
    assert.deepEqual(numbers(await query().near('place', new Parse.GeoPoint(7, 0)).limit(1).find()), [7]);
    assert.deepEqual(numbers(await query().withinKilometers('place', new Parse.GeoPoint(0, 0), 150).ascending('n').find()), [0, 1]);
    assert.deepEqual(await Promise.all([query().count(), under(10).exists('m').count(), under(10).doesNotExist('m').count()]), [45, 10, 0]);
    await Parse.Object.destroyAll(rows.slice(5));
    const failed = await Parse.Object.destroyAll([Row.createWithoutData('none'), rows[0]]).then(() => undefined, error => error);
    assert.deepEqual([failed.code, failed.errors.length, failed.errors[0].code, await query().count()], [600, 1, 101, 4]);
  });

  test(`SDK ${major}: pointers, includes, sub-queries, relations`, async () => {
    const [Owner, Thing] = ['Owner', 'Thing'].map(name => Parse.Object.extend(className(`${name}${major}`)));
    const [ann, bob] = [new Owner({ name: 'Ann', n: 1 }), new Owner({ name: 'Bob', n: 2 })];
    const thing = new Thing({ n: 7 });
    thing.set('owner', ann);
    await thing.save();
    await bob.save();
    thing.relation('friends').add([ann, bob]);
    await thing.save();
    const things = () => new Parse.Query(Thing);
    assert.equal((await things().include('owner').first()).get('owner').get('name'), 'Ann');
    assert.equal(await things().matchesQuery('owner', new Parse.Query(Owner).equalTo('name', 'Ann')).count(), 1);
    assert.deepEqual(numbers(await new Parse.Query(Owner).matchesKeyInQuery('name', 'name', new Parse.Query(Owner).greaterThan('n', 1)).find()), [2]);
    assert.deepEqual(numbers(await thing.relation('friends').query().ascending('n').find()), [1, 2]);
    assert.equal(await things().equalTo('friends', bob).count(), 1);
  });

  test(`SDK ${major}: users, their sessions and what is theirs`, async () => {
    const [name, other] = [fresh('old'), fresh('old')];
    const user = new Parse.User();
    user.set({ username: name, password: 'pw', email: `${name}@example.com` });
    await user.signUp();
    const own = new Row({ n: 1 });
    own.setACL(new Parse.ACL(user));
    await own.save();
    assert.equal((await Parse.Session.current()).getSessionToken(), user.getSessionToken());
    await Parse.User.logOut();
    assert.equal(await code(query().get(own.id)), 101);
    assert.equal(await code(Parse.User.logIn(name, 'wrong')), 101);
    await Parse.User.logIn(name, 'pw');
    assert.equal((await query().get(own.id)).id, own.id);
    await Parse.User.become(Parse.User.current().getSessionToken());
    await Parse.User.logOut();
    const second = new Parse.User();
    second.set({ username: name, password: 'pw' });
    assert.equal(await code(second.signUp()), 202);
    second.set('username', other);
    await second.signUp();
    assert.equal(await code(query().get(own.id)), 101);
    await Promise.all([second.destroy(master), user.destroy(master), own.destroy(master)]);
  });

  test(`SDK ${major}: a guest logs out`, async () => {
    const guest = new Parse.User();
    const data = { authData: { id: fresh('guest') } };
    await (guest._linkWith ? guest._linkWith('anonymous', data) : guest.linkWith('anonymous', data));
    await Parse.User.logOut();
    assert.equal(Parse.User.current(), null);
    await guest.destroy(master).catch(() => {});
  });
}
