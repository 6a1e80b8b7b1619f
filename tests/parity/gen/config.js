'use strict';
// The app's configuration and the other calls of administration.

const names = ['p1§', 'p2§', 'p3§'];

function add(program) {
  const { rng } = program;
  if (!program.configured) {
    program.configured = true;
    master(program, 'reset', 'DELETE', '/classes/_GlobalConfig/1');
  }
  rng.weighted([[6, change], [6, read], [1, wrong], [2, jobs], [2, audiences], [1, graphql], [1, classes], [1, deny]])(program, rng);
}

const master = (program, kind, method, path, more = {}) => program.step({ area: 'config', kind, method, path, master: true, ...more });

function value(rng) {
  return rng.pick([1, 0, 'x', '', true, false, null, [1, 'a'], [], { a: { b: 1 } }, {}, { __type: 'Date', iso: '2020-01-01T00:00:00.000Z' },
    { __type: 'GeoPoint', latitude: 1, longitude: 2 }, { __type: 'File', name: 'x.txt', url: 'http://x/y' }, { __type: 'Pointer', className: 'B§', objectId: 'x' },
    [{ __type: 'Date', iso: '2020-01-01T00:00:00.000Z' }], { __op: 'Delete' }]);
}

function change(program, rng) {
  const body = { params: {} };
  for (const name of rng.subset(names, 0.5)) body.params[name] = value(rng);
  if (rng.chance(0.6)) {
    body.masterKeyOnly = {};
    for (const name of rng.subset(names, 0.5)) body.masterKeyOnly[name] = rng.pick([true, true, false, { __op: 'Delete' }, null]);
    if (rng.chance(0.1)) body.masterKeyOnly = rng.pick([5, true, null, 'x', [], [true]]);
  }
  if (Object.keys(body.params).length === 0) body.params['p1§'] = 1;
  master(program, 'change', 'PUT', '/config', { body });
}

function read(program, rng) {
  program.step({ area: 'config', kind: 'read', method: 'GET', path: '/config', master: rng.chance(0.5) });
}

function wrong(program, rng) {
  master(program, 'wrong', 'PUT', '/config', { body: rng.pick([
    { params: { 'w1§': { __op: 'Nonsense' } } }, { params: { 'w1§': { 'a.b': 1 } } }, { params: { 'w1§': { $x: 1 } } }, { params: { 'w1§': [{ 'a.b': 1 }] } },
  ]) });
}

function jobs(program, rng) {
  const schedule = rng.pick([{ description: 'd§' }, { jobName: 'nope' }, { jobName: '', description: 'e§' }, { startAfter: 5 }, { startAfter: 'x' }, { daysOfWeek: ['0'], timeOfDay: '08:00', repeatMinutes: 5 },
    { foo: 1 }, { params: '{}' }, {}]);
  rng.weighted([
    [3, () => program.schedules.push(`‹${master(program, 'job', 'POST', '/cloud_code/jobs', { body: { job_schedule: schedule } })}›`)],
    [2, () => master(program, 'job', 'PUT', `/cloud_code/jobs/${rng.pick([...program.schedules, 'missing000'])}`, { body: { job_schedule: schedule } })],
    [1, () => master(program, 'job', 'DELETE', `/cloud_code/jobs/${rng.pick([...program.schedules, 'missing000'])}`)],
    [1, () => master(program, 'job', 'GET', '/classes/_JobSchedule', { query: { where: { description: 'd§' } }, unordered: 'results' })],
  ])(program.schedules ??= []);
}

function audiences(program, rng) {
  program.audiences ??= [];
  const body = rng.pick([{ name: 'a§', query: '{"deviceType":"ios"}' }, { name: 'a§', query: { a: 1 } }, { name: 'b§', query: '{}' }, { name: 5 }, { name: 'a§', query: '{}', foo: 1 },
    { name: 'a§', query: '{}', timesUsed: 3, lastUsed: { __type: 'Date', iso: '2020-01-01T00:00:00.000Z' } }]);
  const one = `/push_audiences/${rng.pick([...program.audiences, 'missing000'])}`;
  rng.weighted([
    [3, () => program.audiences.push(`‹${master(program, 'audience', 'POST', '/push_audiences', { body })}›`)],
    [3, () => master(program, 'audience', 'GET', '/push_audiences', { query: { where: { name: { $in: ['a§', 'b§'] } }, ...(rng.chance(0.3) ? { count: 1 } : {}) }, unordered: 'results' })],
    [1, () => master(program, 'audience', 'GET', one)],
    [1, () => master(program, 'audience', 'PUT', one, { body: { name: 'b§' } })],
    [1, () => master(program, 'audience', 'DELETE', one)],
  ])();
}

function graphql(program, rng) {
  const params = rng.pick([{}, { enabledForClasses: ['A§'] }, { disabledForClasses: null }, { classConfigs: [{ className: 'A§', query: { find: false } }] }, { x: 1 }, { enabledForClasses: [1] }]);
  master(program, 'graphql', 'PUT', '/graphql-config', { body: { params } });
  master(program, 'graphql', 'GET', '/graphql-config');
}

const INTERNAL = ['_JobStatus', '_PushStatus', '_Hooks', '_GlobalConfig', '_GraphQLConfig', '_JobSchedule', '_Audience', '_Idempotency'];

function classes(program, rng) {
  const name = rng.pick(INTERNAL);
  const own = rng.chance(0.5) ? { master: true } : {};
  const step = more => program.step({ area: 'config', kind: 'internal', ...own, ...more });
  rng.weighted([
    [2, () => step({ method: 'GET', path: `/classes/${name}`, query: { where: { objectId: 'missing000' } } })],
    [2, () => step({ method: 'POST', path: `/classes/${name}`, body: { foo: 1 } })],
    [1, () => step({ method: 'GET', path: `/schemas/${name}` })],
    [1, () => step({ method: 'DELETE', path: `/classes/${name}/missing000` })],
    [1, () => step({ method: 'PUT', path: `/classes/${name}/missing000`, body: { status: 'x' } })],
  ])();
}

function deny(program, rng) {
  const [method, path] = rng.pick([['PUT', '/config'], ['GET', '/graphql-config'], ['PUT', '/graphql-config'], ['GET', '/cloud_code/jobs'], ['POST', '/cloud_code/jobs'], ['GET', '/push_audiences'],
    ['POST', '/push_audiences'], ['GET', '/security'], ['GET', '/scriptlog'], ['POST', '/validate_purchase'], ['POST', '/events/AppOpened'], ['POST', '/events/x§'], ['GET', '/cloud_code/jobs/data']]);
  program.step({ area: 'config', kind: 'client', method, path, ...(method === 'GET' ? {} : { body: {} }) });
}

module.exports = { add };
