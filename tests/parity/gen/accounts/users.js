'use strict';
// Users: sign-up, log-in, what they may read and change of themselves and of others, authData.
const cast = require('./cast');

function add(program) {
  const { rng } = program;
  rng.weighted([
    [3, signUp], [5, logIn], [3, me], [4, get], [4, find], [8, update], [4, authData], [1, remove], [2, verify], [1.5, logInAs], [1, logOut], [0.7, upgrade], [1, wrong],
  ])(program, rng);
}

const step = (program, kind, more) => program.step({ area: 'users', kind, ...more });
const device = rng => (rng.chance(0.5) ? { installation: rng.pick(['device-1', 'device-2']) } : {});
const usersPath = rng => rng.pick(['/users', '/users', '/users', '/classes/_User']);

function signUp(program, rng) {
  program.made += 1;
  const fresh = `u${program.made}§`;
  const body = { username: fresh, password: rng.pick(cast.PASSWORDS), ...(rng.chance(0.5) ? { email: `${fresh}@e.com` } : {}) };
  if (rng.chance(0.6)) Object.assign(body, oddity(program, rng));
  const made = step(program, 'signup', { method: 'POST', path: usersPath(rng), body, as: rng.chance(0.5) ? 'client' : cast.someone(program, rng), ...device(rng) });
  const plain = typeof body.username === 'string' && typeof body.password === 'string' && body.username === fresh;
  if (!plain || program.people.length > 6) return;
  const person = { name: fresh, email: typeof body.email === 'string' ? body.email : fresh, password: body.password, id: body.objectId || `‹${made}›` };
  program.people.push(person);
  cast.noteSession(program, person, made);
}

function oddity(program, rng) {
  const other = cast.person(program, rng);
  return rng.pick([
    { username: other.name }, { username: other.name.replace(/^./, c => c.toUpperCase()) }, { email: other.email }, { email: other.email.replace(/^./, c => c.toUpperCase()) },
    { email: 'none' }, { email: 5 }, { password: '' }, { password: 5 }, { password: null }, { username: '' }, { username: null }, { username: { $ne: 'x' } },
    { username: undefined }, { password: undefined }, { email: '' }, { email: null }, { emailVerified: true }, { emailVerified: false }, { ACL: cast.acl(program, rng) }, { nick: 'n', age: 2 }, { age: 'old' }, { sessionToken: 'r:own' },
    { _hashed_password: 'x' }, { authData: null }, { authData: {} }, { authData: { anonymous: { id: `anon${rng.int(1, 3)}§` } } }, { authData: { nope: { id: '1' } } },
    { objectId: program.custom ? `new${program.made}§` : 'abc' }, { objectId: 'role:x' }, { objectId: '' }, { createdAt: '2020-01-01T00:00:00.000Z' }, { friend: cast.userPointer(program, rng) },
    { username: ` ${other.name}` }, { password: other.name }, { password: `x${other.name}y` },
  ]);
}

function credentials(program, rng) {
  const { name, email, password } = cast.person(program, rng);
  const right = { password: rng.chance(0.7) ? password : rng.pick(cast.PASSWORDS) };
  return rng.weighted([
    [6, () => ({ username: name, ...right })],
    [2, () => ({ email, ...right })],
    [1, () => ({ username: email, ...right })],
    [1, () => ({ username: name, email, ...right })],
    [1, () => rng.pick([
      { username: name }, right, {}, { username: name, password: '' }, { username: name, password: 5 }, { username: { $ne: null }, ...right }, { username: name, password: { $ne: null } }, { username: '', ...right },
      { username: name.toUpperCase(), ...right }, { username: 'ghost§', ...right }, { username: name, email: 'other@e.com', ...right }, { email: 5, ...right }, { username: [name], ...right },
    ])],
  ])();
}

function logIn(program, rng) {
  const sent = credentials(program, rng);
  const as = rng.chance(0.6) ? 'client' : cast.someone(program, rng);
  const made = step(program, 'login', { path: '/login', as, ...device(rng), ...(rng.chance(0.5) ? { method: 'POST', body: sent } : { method: 'GET', query: texts(sent) }) });
  const person = program.people.find(({ name, email }) => name === sent.username || email === sent.email || email === sent.username);
  if (person) cast.noteSession(program, person, made);
}

/** Only texts can stand in a query. */
const texts = sent => Object.fromEntries(Object.entries(sent).filter(([, value]) => typeof value === 'string'));

function verify(program, rng) {
  const sent = credentials(program, rng);
  step(program, 'verify', { path: '/verifyPassword', as: cast.someone(program, rng), ...(rng.chance(0.5) ? { method: 'POST', body: sent } : { method: 'GET', query: texts(sent) }) });
}

function shape(rng) {
  const query = {};
  if (rng.chance(0.25)) query.keys = rng.pick(['username', 'email', 'nick,age', 'secret', 'authData', 'sessionToken', 'password', 'friend.nick', 'ACL', '_hashed_password']);
  if (rng.chance(0.1)) query.excludeKeys = rng.pick(['username', 'nick', 'email,age', 'objectId', 'authData']);
  if (rng.chance(0.2)) query.include = rng.pick(['friend', 'friend.friend', '*', 'nick']);
  return query;
}

function me(program, rng) {
  step(program, 'me', { method: 'GET', path: '/users/me', as: cast.someone(program, rng), query: rng.chance(0.3) ? shape(rng) : {} });
}

function get(program, rng) {
  step(program, 'get', { method: 'GET', path: `${usersPath(rng)}/${userId(program, rng)}`, as: cast.someone(program, rng), query: shape(rng) });
}

const userId = (program, rng) => (rng.chance(0.04) ? 'missing000' : cast.person(program, rng).id);

function find(program, rng) {
  const query = { where: { username: cast.everyone(program), ...(rng.chance(0.5) ? rng.pick([{ age: { $gt: 1 } }, { nick: 'ann' }, { tags: 'bob' }, { friend: cast.userPointer(program, rng) }, { 'info.k': 1 }]) : {}) }, ...shape(rng) };
  // The names that servers choose have no order.
  if (rng.chance(0.3) && !program.people.some(({ name }) => name.startsWith('‹'))) query.order = rng.pick(['username', '-username', 'age,username']);
  if (rng.chance(0.2)) query.count = 1;
  step(program, 'find', { method: 'GET', path: usersPath(rng), as: cast.someone(program, rng), query, unordered: query.order ? undefined : 'results' });
}

function change(program, rng) {
  const other = cast.person(program, rng);
  return rng.weighted([
    [4, () => rng.pick([{ nick: rng.pick(['n1', 'n2']) }, { age: { __op: 'Increment', amount: 1 } }, { tags: { __op: 'AddUnique', objects: ['t'] } }, { secret: 'new' }, { friend: cast.userPointer(program, rng) }, { 'info.k': 2 }, {}])],
    [2, () => ({ password: rng.pick(cast.PASSWORDS) })],
    [1, () => ({ ACL: cast.acl(program, rng) })],
    [1, () => ({ email: rng.pick([other.email, `x${rng.int(1, 2)}§@e.com`, 'none', 5, { __op: 'Delete' }, '', null]) })],
    [1, () => ({ username: rng.pick([other.name, other.name.replace(/^./, c => c.toUpperCase()), 5, { __op: 'Delete' }, '', null]) })],
    [1, () => rng.pick([{ emailVerified: true }, { emailVerified: false }, { password: '' }, { password: null }, { password: 5 }, { password: { __op: 'Delete' } }, { age: 'x' }, { _hashed_password: 'x' }, { _failed_login_count: 0 }, { 'authData.anonymous.id': 'x' },
      { createdAt: { __type: 'Date', iso: '2020-01-01T00:00:00.000Z' } }, { sessionToken: 'r:own' }, { nick: 'a', password: rng.pick(cast.PASSWORDS) }, { _perishable_token: 'x' }, { _email_verify_token: 'x' }])],
  ])();
}

function update(program, rng) {
  const session = rng.pick(program.sessions);
  const own = rng.chance(0.6);
  const made = step(program, 'update', { method: 'PUT', path: `${usersPath(rng)}/${own ? session.person.id : userId(program, rng)}`, as: own ? session.token : cast.someone(program, rng), body: change(program, rng), ...device(rng) });
  if (own) cast.noteSession(program, session.person, made);
}

function authData(program, rng) {
  const id = `anon${rng.int(1, 3)}§`;
  const anonymous = rng.pick([{ id }, { id }, { id }, { id, more: 1 }, { id, more: { a: [1] } }, { more: 1 }, { id: '' }, null, {}, { id: 5 }]);
  const body = { authData: rng.chance(0.85) ? { anonymous } : rng.pick([{ nope: { id: '1' } }, null, {}, 5, { anonymous: 5 }, { anonymous, nope: null }, { __op: 'Delete' }]) };
  const session = rng.pick(program.sessions);
  const link = rng.chance(0.55);
  if (!link) {
    const made = step(program, 'anonymous', { method: 'POST', path: '/users', as: rng.chance(0.7) ? 'client' : cast.someone(program, rng), body, ...device(rng) });
    if (anonymous?.id && program.people.length < 8) {
      const person = { name: `‹${made}.name›`, email: 'nobody§@e.com', password: 'none', id: `‹${made}›` };
      program.people.push(person);
      cast.noteSession(program, person, made);
    }
    return;
  }
  if (rng.chance(0.25)) Object.assign(body, { username: `up${rng.int(1, 3)}§`, password: rng.pick(cast.PASSWORDS) });
  const own = rng.chance(0.75);
  const made = step(program, 'link', { method: 'PUT', path: `/users/${own ? session.person.id : userId(program, rng)}`, as: own ? session.token : cast.someone(program, rng), body, ...device(rng) });
  if (own) cast.noteSession(program, session.person, made);
  // What 9.10 then has stored is seen at once, so that nothing else depends on it.
  if (JSON.stringify(body.authData?.anonymous) === '{}') step(program, 'get', { method: 'GET', path: program.steps.at(-1).path, as: 'master' });
}

function remove(program, rng) {
  const session = rng.pick(program.sessions);
  step(program, 'delete', { method: 'DELETE', path: `${usersPath(rng)}/${rng.chance(0.3) ? session.person.id : userId(program, rng)}`, as: rng.chance(0.4) ? session.token : cast.someone(program, rng) });
}

function logInAs(program, rng) {
  const person = cast.person(program, rng);
  const userId = rng.chance(0.8) ? person.id : rng.pick(['missing000', '', null, 5, { $eq: 'missing000' }]);
  const made = step(program, 'loginAs', { method: 'POST', path: '/loginAs', as: rng.chance(0.5) ? 'master' : cast.someone(program, rng), body: rng.chance(0.95) ? { userId } : {}, ...device(rng) });
  if (userId === person.id) cast.noteSession(program, person, made);
}

function logOut(program, rng) {
  step(program, 'logout', { method: 'POST', path: '/logout', as: cast.someone(program, rng), body: {} });
}

function upgrade(program, rng) {
  const session = rng.pick(program.sessions);
  const made = step(program, 'upgrade', { method: 'POST', path: '/upgradeToRevocableSession', as: rng.chance(0.6) ? session.token : cast.someone(program, rng), body: {}, ...device(rng) });
  cast.noteSession(program, session.person, made);
}

function wrong(program, rng) {
  step(program, 'wrong', { as: cast.someone(program, rng), ...rng.pick([
    { method: 'POST', path: '/challenge', body: rng.pick([{}, { challengeData: {} }, { username: 'ann§', challengeData: {} }, { authData: 5, challengeData: {} }, { username: 'ann§', password: 'pw-one', challengeData: { anonymous: 1 } }, { challengeData: 5 }]) },
    { method: 'PUT', path: '/users/me', body: { nick: 'x' } }, { method: 'GET', path: '/users/me/x' }, { method: 'DELETE', path: '/users/me' }, { method: 'PUT', path: '/users', body: {} }, { method: 'POST', path: '/users/me', body: {} },
    { method: 'GET', path: '/users/missing000', query: { where: { a: 1 } } }, { method: 'GET', path: '/logout' }, { method: 'GET', path: '/loginAs' }, { method: 'DELETE', path: '/login' },
  ]) });
}

module.exports = { add };
