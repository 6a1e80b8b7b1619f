'use strict';
// A program: the requests that one run sends, in order, to both servers. Made from a seed and an index alone.
//
// A step: { id, area, kind, method, path, query?, body?, raw?, headers?, master?, as?, installation?, unordered?, lax? }
//   path, query, body and as may hold `§` (the suffix of this run's names) and `‹id›` (the object that step `id` made),
//   `‹id.token›`, `‹id.session›` (the session that it made), `‹id.name›` (the username that the server chose), `‹id.code0›` (a
//   recovery code), and those of lib/providers.js
//   as         who sends it (lib/credentials.js); installation: from which device
//   unordered  'results': rows in any order; 'deep': every array in any order
//   peer       no request: what the code of the app was asked since the last look ('hooks'), or the mails that came ('mails')
//   page       the answer is a page: only its status counts
//   lax        'keys': in any order; 'length': only the number of results counts; 'score': text scores are masked
const { Rng, mix } = require('./rng');
const values = require('./values');

const AREAS = [
  [24, require('./objects')],
  [16, require('./ops')],
  [30, require('./queries')],
  [6, require('./geo')],
  [5, require('./relations')],
  [6, require('./subqueries')],
  [2, require('./text')],
  [8, require('./schemas')],
  [12, require('./aggregate')],
  [5, require('./batch')],
  [10, require('./wrong')],
  [8, require('./installations')],
  [6, require('./config')],
];

const PROVIDERS = [60, require('./accounts/providers')];
const ACCOUNTS = [
  [24, require('./accounts/users')],
  [10, require('./accounts/sessions')],
  [10, require('./accounts/roles')],
  [24, require('./accounts/objects')],
  [8, require('./accounts/permissions')],
  [14, require('./accounts/hidden')],
  [8, require('./accounts/others')],
];

/** The areas of each kind of set-up, and who sets the stage. */
const KINDS = {
  data: { areas: AREAS, populate: program => require('./objects').populate(program) },
  accounts: { areas: ACCOUNTS, populate: program => require('./accounts/cast').populate(program), finish: program => require('./accounts/cast').finish(program) },
  hooks: { areas: [[1, require('./hooks')]], populate: program => require('./hooks').populate(program) },
  mails: { areas: [[1, require('./mails')]], populate: program => require('./mails').populate(program) },
};

class Program {
  constructor(seed, index, setup) {
    this.rng = new Rng(mix(seed + setup.salt, index));
    this.name = `${index}@${setup.name}`;
    this.custom = setup.custom;
    this.steps = [];
    /** What exists, as far as the generator can know: class name → placeholders or chosen ids. */
    this.rows = { 'A§': [], 'B§': [] };
    this.unique = 0;
    this.made = 0;
  }

  /** Adds a step and answers its id. */
  step(step) {
    const id = `s${this.steps.length}`;
    this.steps.push({ id, ...step });
    return id;
  }

  /** Adds a create of the class; answers the id or its placeholder. */
  create(area, className, fields, extra = {}) {
    const body = { ...fields };
    let id = null;
    if (this.custom) {
      this.made += 1;
      id = `${this.rng.pick(['id', 'Id', 'x-', 'é', '9', 'zz '])}${this.made}`;
      body.objectId = id;
    }
    const step = this.step({ area, kind: 'create', method: 'POST', path: `/classes/${className}`, body, ...extra });
    id ??= `‹${step}›`;
    (this.rows[className] ??= []).push(id);
    return id;
  }

  nextUnique() {
    this.unique += 1;
    return this.unique;
  }

  /** The id of some row of the class; now and then of none. */
  someId(rng, className) {
    const ids = this.rows[className] || [];
    return ids.length === 0 || rng.chance(0.04) ? 'missing000' : rng.pick(ids);
  }

  pointerTo(rng, className) {
    return values.pointer(className, this.someId(rng, className));
  }
}

function generate(seed, index, setup) {
  const program = new Program(seed, index, setup);
  const { rng } = program;
  const kind = KINDS[setup.kind];
  kind.populate(program);
  const length = rng.int(25, 60);
  const areas = setup.providers ? [...kind.areas, PROVIDERS] : kind.areas;
  for (let i = 0; i < length; i += 1) rng.weighted(areas).add(program);
  kind.finish?.(program);
  for (const step of program.steps) {
    if (rng.chance(0.08)) sdkShape(step);
  }
  return { name: program.name, steps: program.steps };
}

/** Turns the request into what the SDKs send: POST, text/plain, all in the body. */
function sdkShape(step) {
  const { body = {}, query = {} } = step;
  if (step.raw !== undefined || step.headers || step.peer || step.page || step.as === 'maintenance' || Array.isArray(body) || body === null || typeof body !== 'object') return;
  step.body = { ...query, ...body };
  if (step.method !== 'POST') step.body._method = step.method;
  delete step.query;
  step.method = 'POST';
  step.sdk = true;
}

module.exports = { generate };
