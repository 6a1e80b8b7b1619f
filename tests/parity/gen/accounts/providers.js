'use strict';
// Sign-in by providers: a second factor, tokens of a realm, tokens that a server is asked about. For set-ups with `providers`.
const cast = require('./cast');

const SECRETS = ['JBSWY3DPEHPK3PXPJBSW', 'KRSXG5CTMVRXEZLUKRSXG5CT'];

function add(program) {
  const { rng } = program;
  rng.weighted([[5, secondFactor], [5, logIn], [4, byToken], [3, link], [1, challenge], [1, read]])(program, rng);
}

const step = (program, kind, more) => program.step({ area: 'providers', kind, ...more });
const device = rng => (rng.chance(0.4) ? { installation: rng.pick(['device-1', 'device-2']) } : {});
const now = secret => `‹totp.${secret}›`;
const code = (program, rng) => `‹${rng.pick(program.factors).step}.code${rng.int(0, 1)}›`;

/** A token or a recovery code, mostly of the right user. */
function token(program, rng) {
  if (program.factors.length > 0 && rng.chance(0.4)) return code(program, rng);
  return rng.weighted([[6, () => now(program.factors.at(-1)?.secret ?? SECRETS[0])], [1, () => now(SECRETS[1])], [1, () => rng.pick(['000000', '', 5, null, { $ne: 1 }, '12345'])]])();
}

function secondFactor(program, rng) {
  program.factors ??= [];
  const session = rng.pick(program.sessions.slice(0, 5));
  const secret = rng.pick(SECRETS);
  const mfa = rng.weighted([
    [6, () => ({ secret, token: now(secret) })],
    [3, () => ({ old: token(program, rng), secret, token: now(secret) })],
    [1, () => null],
    [1.5, () => rng.pick([{ secret }, { token: now(secret) }, {}, { secret: 'short', token: '1' }, { secret: 'not base 32 at all 0189', token: '000000' }, { secret, token: '000000' }, { secret, token: 5 }, { mobile: '+1' }, { mobile: '+1', token: '1' }])],
  ])();
  const as = rng.chance(0.75) ? session.token : cast.someone(program, rng);
  const made = step(program, 'factor', { method: 'PUT', path: `/users/${session.person.id}`, as, body: { authData: { mfa } }, ...device(rng) });
  cast.noteSession(program, session.person, made);
  // What 9.10 then has stored is seen at once, so that nothing else depends on it.
  if (JSON.stringify(mfa) === '{}') step(program, 'read', { method: 'GET', path: `/users/${session.person.id}`, as: 'master' });
  if (mfa?.secret === secret && mfa.token === now(secret)) program.factors.push({ person: session.person, secret, step: made });
}

function logIn(program, rng) {
  program.factors ??= [];
  const owner = program.factors.length > 0 && rng.chance(0.8) ? rng.pick(program.factors).person : cast.person(program, rng);
  const body = { username: owner.name, password: owner.password };
  if (rng.chance(0.85)) body.authData = { mfa: rng.chance(0.9) ? { token: token(program, rng) } : rng.pick([null, {}, { secret: SECRETS[0] }, { old: 'x' }]) };
  if (rng.chance(0.1)) body.authData = rng.pick([{}, null, { anonymous: { id: 'anon1§' } }, { nope: { id: '1' } }]);
  const made = step(program, 'login', { method: 'POST', path: '/login', as: rng.chance(0.8) ? 'client' : cast.someone(program, rng), body, ...device(rng) });
  cast.noteSession(program, owner, made);
}

function realm(rng) {
  const id = `kc${rng.int(1, 3)}§`;
  const kind = rng.weighted([[6, () => 'good'], [1, () => 'roles'], [2, () => rng.pick(['old', 'issuer', 'client', 'forged', 'nokey'])]])();
  const lists = rng.chance(kind === 'roles' ? 0.8 : 0.05) ? { roles: ['b', 'a'], groups: ['g'] } : {};
  if (rng.chance(0.08)) return { keycloak: rng.pick([{ id }, { access_token: `‹jwt.good.${id}›` }, { id, access_token: 'x.y.z' }, { id, access_token: '' }, { id: 5, access_token: `‹jwt.good.${id}›` }]) };
  return { keycloak: { id: rng.chance(0.92) ? id : 'other', access_token: `‹jwt.${kind}.${id}›`, ...lists } };
}

function site(rng) {
  const id = `st${rng.int(1, 3)}§`;
  const kind = rng.weighted([[6, () => 'good'], [2, () => rng.pick(['dead', 'app', 'fails'])]])();
  if (rng.chance(0.08)) return { site: rng.pick([{ id }, { id, access_token: '' }, { id: 5, access_token: `good.${id}` }, { id: '', access_token: 'good.' }]) };
  return { site: { id: rng.chance(0.92) ? id : 'other', access_token: `${kind}.${id}` } };
}

const data = rng => rng.weighted([[4, realm], [4, site], [1, r => ({ ...realm(r), ...site(r) })], [0.5, () => ({ keycloak: null })], [0.5, () => ({ site: null, keycloak: null })], [0.3, r => ({ ...site(r), nope: { id: '1' } })]])(rng);

/** A sign-up or a log-in, whichever it turns out to be. */
function byToken(program, rng) {
  const body = { authData: data(rng) };
  if (rng.chance(0.1)) body.authData.mfa = { token: now(SECRETS[0]) };
  if (rng.chance(0.1)) Object.assign(body, { username: `by${rng.int(1, 3)}§`, password: 'pw-one' });
  const made = step(program, 'token', { method: 'POST', path: '/users', as: rng.chance(0.75) ? 'client' : cast.someone(program, rng), body, ...device(rng) });
  if (program.people.length > 8) return;
  const person = { name: body.username ?? `‹${made}.name›`, email: 'nobody§@e.com', password: 'pw-one', id: `‹${made}›` };
  program.people.push(person);
  cast.noteSession(program, person, made);
}

function link(program, rng) {
  const session = rng.pick(program.sessions);
  const as = rng.chance(0.75) ? session.token : cast.someone(program, rng);
  const made = step(program, 'link', { method: 'PUT', path: `/users/${session.person.id}`, as, body: { authData: data(rng) }, ...device(rng) });
  cast.noteSession(program, session.person, made);
}

function challenge(program, rng) {
  const { name, password } = cast.person(program, rng);
  const body = rng.pick([{ username: name, password, challengeData: { mfa: 1 } }, { authData: data(rng), challengeData: { keycloak: 1 } }, { username: name, challengeData: { mfa: 1 } }, { authData: { ...realm(rng), ...site(rng) }, challengeData: { site: {} } }]);
  step(program, 'challenge', { method: 'POST', path: '/challenge', as: 'client', body });
}

/** What of the data of providers is shown to whom. */
function read(program, rng) {
  const { id } = cast.person(program, rng);
  step(program, 'read', { method: 'GET', path: rng.pick([`/users/${id}`, '/users/me']), as: cast.someone(program, rng) });
}

module.exports = { add };
