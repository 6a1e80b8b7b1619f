'use strict';
// Mails and their links: sign-ups, changes of the address, resets, links followed once and again; after every request, the mails.
const NAMES = ['ann', 'bob'];

function populate(program) {
  program.mails = [];
  for (const name of NAMES) {
    request(program, 'sign-up', { method: 'POST', path: '/users', as: 'client', body: { username: `${name}§`, password: 'pw', email: `${name}§@e.com`, nick: name } });
  }
}

/** A step, and one that looks at the mails that came of it. */
function request(program, kind, more) {
  const id = program.step({ area: 'mails', kind, as: 'client', ...more });
  const mails = program.step({ area: 'mails', kind: 'mails', method: 'GET', path: '(mails)', peer: 'mails', lax: 'keys' });
  program.mails.push(`‹${mails}.mail›`);
  return id;
}

function add(program) {
  const { rng } = program;
  rng.weighted([[4, reset], [4, again], [6, follow], [5, choose], [4, login], [3, change], [2, look]])(program, rng);
}

const address = rng => `${rng.pick([...NAMES, 'cat'])}§@e.com`;
const token = (program, rng) => (rng.chance(0.1) ? 'wrong' : rng.pick(program.mails.slice(-6)));

function reset(program, rng) {
  const body = rng.weighted([[8, () => ({ email: address(rng) })], [1, () => ({})], [1, () => ({ email: 1 })], [1, () => ({ email: 'no address' })]])();
  request(program, 'reset', { method: 'POST', path: '/requestPasswordReset', body });
}

function again(program, rng) {
  const body = rng.weighted([[8, () => ({ email: address(rng) })], [1, () => ({})], [1, () => ({ email: 1 })]])();
  request(program, 'again', { method: 'POST', path: '/verificationEmailRequest', body });
}

/** Links are pages: each server has its own, so only what happens is compared. */
function follow(program, rng) {
  const path = rng.pick(['/apps/app/verify_email', '/apps/app/verify_email', '/apps/app/request_password_reset']);
  request(program, 'follow', { method: 'GET', path, query: { token: token(program, rng) }, page: true });
  look(program);
}

function choose(program, rng) {
  const raw = `token=${token(program, rng)}&new_password=${rng.pick(['pw', 'new', 'short'])}`;
  const headers = { 'X-Requested-With': 'XMLHttpRequest', 'Content-Type': 'application/x-www-form-urlencoded' };
  request(program, 'choose', { method: 'POST', path: '/apps/app/request_password_reset', raw, headers });
}

function login(program, rng) {
  request(program, 'login', { method: 'POST', path: '/login', body: { username: `${rng.pick(NAMES)}§`, password: rng.pick(['pw', 'new', 'short']) } });
}

function change(program, rng) {
  const body = rng.pick([{ email: address(rng) }, { nick: 'x' }, { password: 'pw' }, { emailVerified: true }, { email: `new${program.nextUnique()}§@e.com` }]);
  request(program, 'change', { method: 'PUT', path: `/users/‹${rng.pick(['s0', 's2'])}›`, as: 'master', body });
}

function look(program) {
  program.step({ area: 'mails', kind: 'look', method: 'GET', path: '/users', as: 'master', lax: 'keys', query: { where: { nick: { $exists: true }, username: { $in: NAMES.map(name => `${name}§`) } }, order: 'username' } });
}

module.exports = { add, populate };
