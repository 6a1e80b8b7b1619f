'use strict';
// A change of each column of a row, by every operation that its type has, one after the other, and then the end of the row.
const { date, geo, related, op } = require('./script');
const { route } = require('./reads');
const { pointer } = require('./values');

const GONE = { __op: 'Delete' };
const increment = amount => ({ __op: 'Increment', amount });

/** What is written into a column of this type; `id` is that of some row of the class that it points to. */
function changes(name, { type, targetClass }, id) {
  const below = { [`${name}.late.deep`]: 'v', [`${name}.count`]: increment(2), [`${name}.when`]: date('2021-01-01T00:00:00.000Z') };
  const whole = {
    String: ['changed', 'ünï\u0000cödé', null], Number: [increment(2), increment(0.5), 2 ** 31, null], Boolean: [true, false], Date: [date('1999-12-31T23:59:59.999Z'), ...(name === 'expiresAt' ? [] : [null])],
    GeoPoint: [geo(-12.5, 13), null], File: [{ __type: 'File', name: 'new.txt' }], Bytes: [{ __type: 'Bytes', base64: 'AP8=' }], Polygon: [{ __type: 'Polygon', coordinates: [[1, 1], [1, 2], [2, 2]] }],
    Array: [op('Add', 'x', { k: 1 }), op('AddUnique', 'x', 'y', 3), op('Remove', 'x'), [date('2001-01-01T00:00:00.000Z'), [null], { a: geo(1, 2) }]], Object: [{ a: { b: [1, 2.5] }, z: date('2001-01-01T00:00:00.000Z') }],
    Pointer: [pointer(targetClass, id), null], Relation: [related('Add', targetClass, id), related('Remove', targetClass, id)],
  }[type] ?? [];
  const bodies = [...whole, ...(type === 'Relation' ? [] : [GONE])].map(value => ({ [name]: value }));
  return type === 'Object' ? [...bodies.slice(0, 1), ...Object.entries(below).map(([key, value]) => ({ [key]: value })), ...bodies.slice(1)] : bodies;
}

/** Columns that the server keeps for itself, or that stand for the whole row. */
const OWN = ['objectId', 'createdAt', 'updatedAt', 'ACL', 'sessionToken'];

function writes({ className, fields }, { objectId }, someId) {
  const path = `${route(className)}/${objectId}`;
  const put = body => ({ method: 'PUT', path, body });
  const columns = Object.entries(fields).filter(([name]) => !OWN.includes(name));
  return [
    ...columns.flatMap(([name, field]) => changes(name, field, someId(field.targetClass))).map(put),
    ...[{ '*': { read: true }, someUser00: { write: true } }, {}, GONE].map(ACL => put({ ACL })),
    put({ [`late${className.replace(/\W/g, '')}`]: 1 }),
    { method: 'DELETE', path },
  ].map((step, i) => ({ id: `${className}${objectId}${i}`, area: 'write', kind: className, as: 'master', ...step }));
}

module.exports = { writes };
