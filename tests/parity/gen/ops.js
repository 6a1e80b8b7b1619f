'use strict';
// Update operations: every one, on every column, on create and on update, dotted and not, right and wrong.
const values = require('./values');

const COLUMNS = Object.keys(values.COLUMNS);
const FITTING = {
  Increment: ['n', 'm', 'y1'], Add: ['arr', 'tags', 'objs', 'y2'], AddUnique: ['arr', 'tags', 'objs', 'y2'], Remove: ['arr', 'tags', 'objs', 'y2'],
  Delete: ['s', 'n', 'o', 'arr', 'p', 'd', 'b', 'g', 'f', 'by'], AddRelation: ['rel'], RemoveRelation: ['rel'],
};
const DOTTED = ['o.k', 'o.a.b', 'o.new', 'o.a.new', 'o.list', 'o.list.0', 'arr.0', 'objs.0.k', 'objs.1', 'o.deep.er.still', 'yo.k'];

function add(program) {
  const { rng } = program;
  rng.weighted([[8, fitting], [3, mismatched], [4, dotted], [2, several], [2, wrong], [1, onCreate], [1, batchOp]])(program, rng);
}

function put(program, rng, body, kind) {
  program.step({ area: 'ops', kind, method: 'PUT', path: `/classes/A§/${program.someId(rng, 'A§')}`, body });
}

function operation(rng, program, op, column) {
  switch (op) {
    case 'Increment': return { __op: op, amount: rng.pick([1, -1, 2, 0, 0.5, 2147483647, 1e10]) };
    case 'Delete': return { __op: op };
    case 'AddRelation': case 'RemoveRelation':
      // 9.10 answers 500 to an empty list: now and then is enough.
      return { __op: op, objects: rng.some(rng.chance(0.06) ? 0 : rng.int(1, 2), () => program.pointerTo(rng, 'B§')) };
    default: return { __op: op, objects: elements(rng, program, column) };
  }
}

function elements(rng, program, column) {
  const known = column && ['tags', 'objs', 'arr'].includes(column) ? values.forColumn(rng, program, column) : [];
  return [...known.slice(0, 2), ...rng.some(rng.int(0, 2), () => values.json(rng, 1))];
}

function fitting(program, rng) {
  const op = rng.pick(Object.keys(FITTING));
  const column = rng.pick(FITTING[op]);
  put(program, rng, { [column]: operation(rng, program, op, column) }, op);
}

function mismatched(program, rng) {
  const op = rng.pick(Object.keys(FITTING));
  put(program, rng, { [rng.pick(COLUMNS)]: operation(rng, program, op) }, `${op}-mismatch`);
}

function dotted(program, rng) {
  const path = rng.pick(DOTTED);
  const value = rng.weighted([
    [3, () => rng.pick(values.SMALL)],
    [2, () => values.json(rng, 1)],
    [2, () => operation(rng, program, rng.pick(['Increment', 'Delete', 'Add', 'AddUnique']))], // Remove of nothing makes objects on the way here, not on MongoDB
    [1, () => values.any(rng, program)],
  ])();
  put(program, rng, { [path]: value }, 'dotted');
}

function several(program, rng) {
  const body = {};
  for (let i = rng.int(2, 4); i > 0; i -= 1) {
    const op = rng.pick(Object.keys(FITTING));
    const column = rng.pick(FITTING[op]);
    body[column] = operation(rng, program, op, column);
  }
  if (rng.chance(0.5)) body.s = rng.pick(values.STRINGS);
  if (rng.chance(0.3)) body['o.k'] = rng.pick(values.SMALL);
  put(program, rng, body, 'several');
}

function wrong(program, rng) {
  const column = rng.pick(['n', 'arr', 'rel', 's', 'y1']);
  put(program, rng, { [column]: rng.pick([
    { __op: 'Increment' }, { __op: 'Increment', amount: 'x' }, { __op: 'Increment', amount: null }, { __op: 'Increment', amount: true },
    { __op: 'Add' }, { __op: 'Add', objects: 1 }, { __op: 'Add', objects: null }, { __op: 'AddUnique', objects: 'x' }, { __op: 'AddUnique' },
    { __op: 'Remove', objects: {} }, { __op: 'Remove' }, { __op: 'AddRelation' }, { __op: 'AddRelation', objects: [] },
    { __op: 'AddRelation', objects: [1] }, { __op: 'RemoveRelation', objects: [null] }, { __op: 'AddRelation', objects: 'x' },
    { __op: 'Nonsense' }, { __op: null }, { __op: 1 }, { __op: '' }, { __op: 'increment', amount: 1 },
    { __op: 'SetOnInsert', amount: 5 }, { __op: 'Delete', extra: 1 }, { __op: 'Batch' }, { __op: 'Batch', ops: [] },
    { __op: 'AddRelation', objects: [{ __type: 'Pointer', className: 'A§', objectId: 'missing000' }] },
  ]) }, 'wrong');
}

function onCreate(program, rng) {
  const body = { k: program.nextUnique() };
  for (let i = rng.int(1, 3); i > 0; i -= 1) {
    const op = rng.pick(Object.keys(FITTING));
    const column = rng.chance(0.8) ? rng.pick(FITTING[op]) : rng.pick(COLUMNS);
    body[column] = operation(rng, program, op, column);
  }
  program.create('ops', 'A§', body);
}

/** The reference runs the operations of a Batch side by side: none may touch what another touches. */
function batchOp(program, rng) {
  const [first, ...rest] = program.rows['B§'];
  const op = (name, ids) => ({ __op: name, objects: (rng.chance(0.5) ? ids : ids.slice(0, 1)).map(id => values.pointer('B§', id)) });
  put(program, rng, { rel: { __op: 'Batch', ops: [op('AddRelation', rest), op('RemoveRelation', [first])] } }, 'Batch');
}

module.exports = { add };
