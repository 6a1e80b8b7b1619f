'use strict';
// Values of every Parse type, plain and odd ones. `§` stands for the class suffix of the run, `‹…›` for an object id.

const STRINGS = ['', 'a', 'abc', 'Abc', 'b', 'zebra', 'Zebra', 'é', 'É', 'ünïcödé', '😀', '日本', 'a.b*c', '$x', '10', '2', '9',
  'null', ' a ', 'line\nfeed', 'tab\t', '"quoted"', 'back\\slash', 'true', '2020-01-01T00:00:00.000Z', 'a\u0301', 'x'.repeat(60)];
const NUMBERS = [0, 1, -1, 2, 3, 5, 10, 100, 1.5, -2.5, 0.1, 1e21, 1e-7, 2147483647, 2147483648, -2147483649, 9007199254740991,
  -9007199254740991, 1e308, 5e-324, 123456789.123456];
const SMALL = [0, 1, 2, 3, -1, 1.5, 10];
const DATES = ['1970-01-01T00:00:00.000Z', '2020-01-01T00:00:00.000Z', '2020-01-01T00:00:00.001Z', '1969-12-31T23:59:59.999Z',
  '2038-01-19T03:14:08.000Z', '0001-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z', '2024-02-29T12:30:45.678Z'];
const OBJECT_KEYS = ['k', 'a', 'b', 'list', '10', '2', '0', 'é', 'K', 'x y', 'type', 'length'];
const POLYGONS = [
  [[0, 0], [0, 10], [10, 10], [10, 0]],
  [[-20, -20], [-20, 20], [20, 20], [20, -20], [-20, -20]],
  [[5, 5], [5, 6], [6, 6]],
  [[40, 40], [40, 50], [50, 50.5], [50, 40]],
];
const BYTES = ['aGVsbG8=', 'AAEC/w==', 'YQ=='];

/** The columns of the main class and their types; `k` is unique in a class, `m` holds small numbers. */
const COLUMNS = {
  s: 'String', t: 'String', n: 'Number', m: 'Number', b: 'Boolean', d: 'Date', o: 'Object', arr: 'Array', tags: 'Array', objs: 'Array',
  p: 'Pointer', q: 'Pointer', g: 'GeoPoint', pg: 'Polygon', by: 'Bytes', f: 'File', rel: 'Relation',
};

const date = rng => ({ __type: 'Date', iso: rng.pick(DATES) });
const pointer = (className, objectId) => ({ __type: 'Pointer', className, objectId });

function geoPoint(rng) {
  // Random enough that two rows are never equally far from a third point.
  const at = () => Math.round((rng.next() * 100 - 50) * 1000) / 1000;
  return { __type: 'GeoPoint', latitude: at(), longitude: at() };
}

const polygon = rng => ({ __type: 'Polygon', coordinates: rng.pick(POLYGONS) });
const bytes = rng => ({ __type: 'Bytes', base64: rng.pick(BYTES) });
const file = rng => ({ __type: 'File', name: `${rng.pick(['a', 'note', 'é'])}.txt`, url: 'http://127.0.0.1/files/x.txt' });

/** Any JSON value without typed objects. */
function json(rng, depth = 2) {
  return rng.weighted([
    [4, () => rng.pick(STRINGS)],
    [4, () => rng.pick(NUMBERS)],
    [1, () => rng.chance(0.5)],
    [1, () => null],
    [depth > 0 ? 2 : 0, () => rng.some(rng.int(0, 3), () => json(rng, depth - 1))],
    [depth > 0 ? 2 : 0, () => object(rng, depth - 1)],
  ])();
}

function object(rng, depth = 2) {
  const value = {};
  for (const key of rng.some(rng.int(0, 4), () => rng.pick(OBJECT_KEYS))) value[key] = json(rng, depth);
  return value;
}

/** An object with the sub-keys that queries and dotted updates aim at. */
function targetObject(rng, program) {
  const value = rng.chance(0.3) ? object(rng) : {};
  if (rng.chance(0.7)) value.k = rng.chance(0.8) ? rng.pick(SMALL) : json(rng);
  if (rng.chance(0.5)) value.a = rng.chance(0.8) ? { b: rng.pick(SMALL), c: rng.pick(STRINGS) } : json(rng);
  if (rng.chance(0.3)) value.list = rng.some(rng.int(0, 3), () => json(rng, 1));
  if (rng.chance(0.15)) value.d = date(rng);
  if (rng.chance(0.15)) value.p = program.pointerTo(rng, 'B§');
  if (rng.chance(0.1)) value.g = geoPoint(rng);
  return value;
}

function array(rng, program) {
  return rng.weighted([
    [5, () => rng.some(rng.int(0, 4), () => rng.pick(SMALL))],
    [3, () => rng.some(rng.int(0, 4), () => json(rng, 1))],
    [1, () => [date(rng), rng.pick(STRINGS)]],
    [1, () => [program.pointerTo(rng, 'B§'), program.pointerTo(rng, 'B§'), 1]],
    [1, () => [[1, 2], [3], []]],
    [1, () => [null, 1, null]],
  ])();
}

const tags = rng => rng.some(rng.int(0, 4), () => rng.pick(['red', 'green', 'blue', 'Red', '', 'green apple']));

const objs = rng => rng.some(rng.int(0, 3), () => {
  const value = { k: rng.chance(0.8) ? rng.pick(SMALL) : json(rng, 0) };
  if (rng.chance(0.5)) value.t = rng.pick(['red', 'green', 'blue']);
  if (rng.chance(0.3)) value.in = [{ v: rng.pick(SMALL) }, { v: rng.pick(SMALL) }];
  return value;
});

/** A value that fits the column. Relations have none: they take operations. */
function forColumn(rng, program, name) {
  switch (name) {
    case 'k': case 'm': return rng.pick(SMALL);
    case 't': return rng.pick(['coffee', 'coffee cake', 'Baking a cake', 'hot coffee with milk', 'tea', 'running shoes']);
    case 'tags': return tags(rng);
    case 'objs': return objs(rng);
    case 'arr': return array(rng, program);
    case 'p': return program.pointerTo(rng, 'B§');
    case 'q': return program.pointerTo(rng, 'A§');
    default: return ofType(rng, program, COLUMNS[name]);
  }
}

function ofType(rng, program, type) {
  switch (type) {
    case 'String': return rng.pick(STRINGS);
    case 'Number': return rng.pick(NUMBERS);
    case 'Boolean': return rng.chance(0.5);
    case 'Date': return date(rng);
    case 'Object': return targetObject(rng, program);
    case 'Array': return array(rng, program);
    case 'Pointer': return program.pointerTo(rng, 'B§');
    case 'GeoPoint': return geoPoint(rng);
    case 'Polygon': return polygon(rng);
    case 'Bytes': return bytes(rng);
    case 'File': return file(rng);
    case 'Relation': return { __type: 'Relation', className: 'B§' };
    default: return json(rng);
  }
}

const TYPES = ['String', 'Number', 'Boolean', 'Date', 'Object', 'Array', 'Pointer', 'GeoPoint', 'Polygon', 'Bytes', 'File', 'Relation'];

/** A value of some type or other. */
const any = (rng, program) => ofType(rng, program, rng.pick(TYPES));

module.exports = {
  STRINGS, NUMBERS, SMALL, DATES, OBJECT_KEYS, COLUMNS, TYPES,
  json, object, date, pointer, geoPoint, polygon, bytes, file, forColumn, ofType, any,
};
