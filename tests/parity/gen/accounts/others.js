'use strict';
// Batches, installations, the configuration and the calls of administration, under each credential.
const cast = require('./cast');
const installations = require('../installations');
const config = require('../config');
const { row } = require('./objects');

function add(program) {
  const { rng } = program;
  rng.weighted([[4, batch], [3, borrowed(installations)], [3, borrowed(config)], [2, admin]])(program, rng);
}

/** Steps of another area, each sent by somebody. */
const borrowed = area => (program, rng) => {
  const from = program.steps.length;
  area.add(program);
  for (const step of program.steps.slice(from)) {
    // What sets the stage stays with the master key; so does a list, which would show the rows of other programs.
    if (step.kind === 'reset' || (step.area === 'installations' && step.kind === 'find')) continue;
    if (rng.chance(0.7)) Object.assign(step, { as: cast.someone(program, rng), master: undefined });
  }
};

function batch(program, rng) {
  const free = [...new Set(program.rows['C§'])];
  const take = () => (free.length === 0 ? 'missing000' : free.splice(rng.int(0, free.length - 1), 1)[0]);
  const people = [...program.people];
  const takePerson = () => (people.length === 0 ? 'missing000' : people.splice(rng.int(0, people.length - 1), 1)[0].id);
  const login = () => { const { name, password } = cast.person(program, rng); return { username: name, password }; };
  const requests = rng.some(rng.int(1, 5), () => rng.weighted([
    [3, () => ({ method: 'POST', path: '/parse/classes/C§', body: { ...(program.custom ? { objectId: `made${program.nextUnique()}` } : {}), k: program.nextUnique(), ACL: cast.acl(program, rng) } })],
    [3, () => ({ method: 'PUT', path: `/parse/classes/C§/${take()}`, body: { v: { __op: 'Increment', amount: 1 } } })],
    [2, () => ({ method: 'GET', path: `/parse/classes/C§/${take()}`, ...(rng.chance(0.3) ? { body: { include: 'owner' } } : {}) })],
    [1, () => ({ method: 'DELETE', path: `/parse/classes/C§/${take()}` })],
    [1, () => ({ method: 'GET', path: '/parse/users/me' })],
    [1, () => ({ method: 'GET', path: '/parse/sessions/me' })],
    [1, () => ({ method: 'PUT', path: `/parse/users/${takePerson()}`, body: { nick: 'batch' } })],
    [1, () => ({ method: 'GET', path: `/parse/users/${takePerson()}` })],
    [1, () => ({ method: 'POST', path: '/parse/verifyPassword', body: login() })],
    [1, () => ({ method: 'GET', path: '/parse/schemas/C§' })],
    [1, () => ({ method: 'GET', path: '/parse/aggregate/C§', body: { pipeline: [{ $group: { _id: null, n: { $sum: 1 } } }] } })],
    [1, () => ({ method: 'GET', path: '/parse/classes/_Session' + (rng.chance(0.5) ? `/${rng.pick(program.sessions).id}` : '/missing000') })],
    [1, () => ({ method: 'GET', path: '/parse/config' })],
  ])());
  // Requests of a batch run side by side: what looks at all objects sees the writes of the others or not.
  const alone = !requests.some(({ method, path }) => method !== 'GET' && path.startsWith('/parse/classes/'));
  const sent = alone ? requests : requests.filter(({ path }) => !path.startsWith('/parse/aggregate/'));
  const body = { requests: sent, ...(rng.chance(0.05) ? { transaction: false } : {}) };
  program.step({ area: 'batch', kind: 'accounts', method: 'POST', path: '/batch', as: cast.someone(program, rng), body, unordered: 'results' });
}

const INTERNAL = ['_JobStatus', '_PushStatus', '_Hooks', '_GlobalConfig', '_GraphQLConfig', '_JobSchedule', '_Audience', '_Idempotency', '_Join:users:_Role', '_Product'];

/** Routes and classes of administration. */
function admin(program, rng) {
  const name = rng.pick(INTERNAL);
  const [method, path, body] = rng.weighted([
    [3, () => rng.pick([['GET', `/classes/${name}/missing000`], ['POST', `/classes/${name}`, { foo: 1 }], ['PUT', `/classes/${name}/missing000`, { foo: 1 }], ['DELETE', `/classes/${name}/missing000`]])],
    [1, () => ['DELETE', `/purge/${rng.pick(['D1§', 'Nope§'])}`]],
    [1, () => rng.pick([['POST', '/schemas/E§', {}], ['PUT', '/schemas/C§', { fields: { extra: { type: 'String' } } }], ['DELETE', '/schemas/E§'], ['GET', '/schemas/E§'], ['GET', `/schemas/${name}`]])],
    [1, () => rng.pick([['GET', '/serverInfo'], ['GET', '/security'], ['GET', '/cloud_code/jobs/data'], ['POST', '/events/AppOpened', {}], ['GET', '/classes/C§/' + row(program, rng)], ['GET', '/health'], ['POST', '/functions/nope', {}]])],
  ])();
  program.step({ area: 'admin', kind: method, method, path, body, as: cast.someone(program, rng) });
}

module.exports = { add };
