'use strict';
// Batches. The reference runs sub-requests side by side: no two of one batch touch the same object, and none adds a column.
const values = require('./values');
const { fields } = require('./objects');

function add(program) {
  const { rng } = program;
  rng.weighted([[6, mixed], [2, wrong]])(program, rng);
}

function mixed(program, rng) {
  const free = [...new Set(program.rows['A§'])];
  const take = () => (free.length === 0 ? 'missing000' : free.splice(rng.int(0, free.length - 1), 1)[0]);
  const requests = rng.some(rng.int(1, 6), () => rng.weighted([
    [3, () => ({ method: 'POST', path: '/parse/classes/A§', body: chosenId(program, fields(program, rng.subset(['s', 'n', 'm', 'tags', 'o'], 0.5))) })],
    [3, () => ({ method: 'PUT', path: `/parse/classes/A§/${take()}`, body: { m: { __op: 'Increment', amount: 1 } } })],
    [2, () => ({ method: 'PUT', path: `/parse/classes/A§/${take()}`, body: { s: rng.pick(values.STRINGS), tags: { __op: 'Add', objects: ['batch'] } } })],
    [2, () => ({ method: 'GET', path: `/parse/classes/A§/${take()}` })],
    [1, () => ({ method: 'DELETE', path: `/parse/classes/A§/${take()}` })],
    [1, () => ({ method: 'GET', path: '/parse/classes/B§', body: { where: { name: 'b0' }, limit: 1 } })],
    [1, () => ({ method: 'POST', path: '/parse/classes/A§', body: { n: 'not a number', k: program.nextUnique() } })],
    [1, () => ({ method: 'PUT', path: '/parse/classes/A§/missing000', body: { m: 1 } })],
  ])());
  program.step({ area: 'batch', kind: 'mixed', method: 'POST', path: '/batch', body: { requests }, master: rng.chance(0.2) });
}

function chosenId(program, body) {
  if (!program.custom) return body;
  program.made += 1;
  return { objectId: `batch${program.made}`, ...body };
}

function wrong(program, rng) {
  const ok = { method: 'GET', path: '/parse/classes/B§', body: { where: { name: 'b1' } } };
  const body = rng.pick([
    {}, { requests: 1 }, { requests: null }, { requests: [] }, { requests: [{}] }, { requests: [null] }, { requests: [ok, { method: 'GET', path: '/elsewhere/classes/B§' }] },
    { requests: [ok, { method: 'POST', path: '/parse/batch', body: { requests: [] } }] }, { requests: [{ method: 'GET', path: '/parse/nowhere' }] },
    { requests: [{ method: 'PATCH', path: '/parse/classes/B§' }] }, { requests: [{ path: '/parse/classes/B§' }] }, { requests: [{ method: 'GET', path: 5 }] },
    { requests: [{ method: 'GET', path: '/parse/classes/B§?limit=1' }] }, { requests: [{ method: 'get', path: '/parse/classes/B§/missing000' }] },
    { requests: [{ method: 'GET', path: '/parse/health' }] }, { requests: [{ method: 'GET', path: 'classes/B§' }] }, { requests: [ok], transaction: false },
    { requests: [{ method: 'GET', path: '/parse/schemas/B§' }] }, { requests: [{ method: 'POST', path: '/parse/classes/B§', body: 5 }] }, { requests: [{ method: 'GET', path: '/classes/B§' }] },
  ]);
  program.step({ area: 'batch', kind: 'wrong', method: 'POST', path: '/batch', body, unordered: 'deep' });
}

module.exports = { add };
