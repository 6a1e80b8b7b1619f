'use strict';
// Geo points and polygons in queries.
const values = require('./values');

function add(program) {
  const { rng } = program;
  const query = { where: rng.weighted([
    [4, near], [3, centerSphere], [3, box], [3, polygon], [2, intersects], [1, equality], [2, wrong],
  ])(rng) };
  if (rng.chance(0.2)) query.where[rng.pick(['b', 'm'])] = rng.pick([true, 1, { $ne: 2 }]);
  const sorted = JSON.stringify(query.where).includes('$nearSphere');
  let unordered = 'results';
  if (rng.chance(0.3)) {
    query.order = 'k';
    unordered = undefined;
  } else if (sorted) {
    unordered = undefined;
  }
  if (!unordered && rng.chance(0.4)) query.limit = rng.pick([1, 2, 3]);
  if (rng.chance(0.2)) query.keys = 'g,pg,k';
  program.step({ area: 'geo', kind: 'find', method: 'GET', path: '/classes/A§', query, unordered });
}

function near(rng) {
  const constraint = { $nearSphere: values.geoPoint(rng) };
  if (rng.chance(0.6)) {
    const [unit, size] = rng.pick([['$maxDistance', 1], ['$maxDistanceInKilometers', 6371], ['$maxDistanceInMiles', 3959], ['$maxDistanceInRadians', 1]]);
    constraint[unit] = rng.pick([0, 0.1, 0.5, 1]) * size;
  }
  return { g: constraint };
}

function centerSphere(rng) {
  const point = values.geoPoint(rng);
  const centre = rng.chance(0.5) ? point : [point.longitude, point.latitude];
  return { g: { $geoWithin: { $centerSphere: [centre, rng.pick([0, 0.1, 0.5, 1, 2])] } } };
}

function box(rng) {
  const [a, b] = [values.geoPoint(rng), values.geoPoint(rng)];
  const corner = (pick) => ({ __type: 'GeoPoint', latitude: pick(a.latitude, b.latitude), longitude: pick(a.longitude, b.longitude) });
  return { g: { $within: { $box: [corner(Math.min), corner(Math.max)] } } };
}

function polygon(rng) {
  const size = rng.int(5, 45);
  const points = [[-size, -size], [-size, size], [size, size], [size, -size]];
  return { g: { $geoWithin: { $polygon: rng.pick([
    points.map(([latitude, longitude]) => ({ __type: 'GeoPoint', latitude, longitude })),
    points,
    { __type: 'Polygon', coordinates: points },
    [...points.map(([latitude, longitude]) => ({ __type: 'GeoPoint', latitude, longitude })), { __type: 'GeoPoint', latitude: -size, longitude: -size }],
  ]) } } };
}

const intersects = rng => ({ pg: { $geoIntersects: { $point: rng.chance(0.5) ? { __type: 'GeoPoint', latitude: 5.5, longitude: 5.25 } : values.geoPoint(rng) } } });
const equality = rng => rng.pick([{ g: values.geoPoint(rng) }, { pg: values.polygon(rng) }, { pg: { $exists: true } }, { g: { $exists: false } }]);

function wrong(rng) {
  const point = values.geoPoint(rng);
  return rng.pick([
    { g: { $within: {} } }, { g: { $within: { $box: [point] } } }, { g: { $within: { $box: 1 } } },
    { g: { $geoWithin: {} } }, { g: { $geoWithin: { $polygon: [] } } }, { g: { $geoWithin: { $polygon: [point, point] } } },
    { g: { $geoWithin: { $polygon: 'x' } } }, { g: { $geoWithin: { $polygon: { __type: 'Polygon', coordinates: [[0, 0]] } } } },
    { g: { $geoWithin: { $polygon: [1, 2, 3] } } },
    { g: { $geoWithin: { $centerSphere: [] } } }, { g: { $geoWithin: { $centerSphere: [point] } } },
    { g: { $geoWithin: { $centerSphere: [point, 'x'] } } }, { g: { $geoWithin: { $centerSphere: [1, 1] } } },
    { g: { $geoWithin: { $centerSphere: [point, -1] } } },
    { pg: { $geoIntersects: {} } }, { pg: { $geoIntersects: { $point: 1 } } }, { pg: { $geoIntersects: { $point: { __type: 'GeoPoint', latitude: 100, longitude: 0 } } } },
    { g: { $geoWithin: { $polygon: [[0, 100], [10, 100], [10, 10]] } } },
    { g: { $geoWithin: { $centerSphere: [{ __type: 'GeoPoint', latitude: 95, longitude: 0 }, 1] } } },
  ]);
}

module.exports = { add };
