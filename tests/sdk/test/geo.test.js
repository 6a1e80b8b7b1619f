'use strict';
// Geo points and polygons.
const { test, before, after } = require('node:test');
const { Parse, assert, className, cleanUp, rejects, rows, names, pluck } = require('./support');

const Place = className('Place');
const Zone = className('Zone');
const place = () => new Parse.Query(Place);
const point = (lat, lng) => new Parse.GeoPoint(lat, lng);
const origin = point(0, 0);

before(async () => {
  await rows(Place, [
    { name: 'zero', g: origin }, { name: 'one', g: point(0, 1) }, { name: 'two', g: point(2, 0) },
    { name: 'far', g: point(40, 40) }, { name: 'none' },
  ]);
  await rows(Zone, [
    { name: 'small', area: new Parse.Polygon([[0, 0], [0, 10], [10, 10], [10, 0]]) },
    { name: 'big', area: new Parse.Polygon([[-20, -20], [-20, 20], [20, 20], [20, -20]]) },
  ]);
});
after(cleanUp);

test('near sorts by distance and leaves out rows without a point', async () => {
  assert.deepEqual(pluck(await place().near('g', point(0, 0.1)).find()), ['zero', 'one', 'two', 'far']);
  assert.deepEqual(pluck(await place().near('g', point(41, 41)).limit(2).find()), ['far', 'two']);
});

test('near with another constraint', async () => {
  assert.deepEqual(pluck(await place().near('g', origin).notEqualTo('name', 'zero').limit(2).find()), ['one', 'two']);
});

test('within a distance in kilometres, miles and radians', async () => {
  // One degree on the equator is about 111.2 km, 69.1 miles or 0.01745 radians.
  assert.deepEqual(pluck(await place().withinKilometers('g', origin, 112).find()), ['zero', 'one']);
  assert.deepEqual(pluck(await place().withinKilometers('g', origin, 110).find()), ['zero']);
  assert.deepEqual(pluck(await place().withinMiles('g', origin, 70).find()), ['zero', 'one']);
  assert.deepEqual(pluck(await place().withinRadians('g', origin, 0.04).find()), ['zero', 'one', 'two']);
});

test('within a distance, not sorted', async () => {
  assert.deepEqual(await names(place().withinKilometers('g', origin, 112, false)), ['one', 'zero']);
  assert.deepEqual(pluck(await place().withinRadians('g', origin, 0.04, false).descending('name').find()), ['zero', 'two', 'one']);
});

test('near with an order of its own', async () => {
  assert.deepEqual(pluck(await place().withinKilometers('g', origin, 300).descending('name').find()), ['zero', 'two', 'one']);
});

test('count within a distance', async () => {
  assert.equal(await place().withinRadians('g', origin, 0.04).count(), 3);
  assert.equal(await place().withinKilometers('g', origin, 112, false).count(), 2);
});

test('withinGeoBox', async () => {
  assert.deepEqual(await names(place().withinGeoBox('g', point(-1, -1), point(1, 2))), ['one', 'zero']);
  assert.deepEqual(await names(place().withinGeoBox('g', point(30, 30), point(50, 50))), ['far']);
});

test('withinPolygon takes points or pairs', async () => {
  assert.deepEqual(await names(place().withinPolygon('g', [point(-1, -1), point(-1, 2), point(3, 2), point(3, -1)])), ['one', 'two', 'zero']);
  assert.deepEqual(await names(place().withinPolygon('g', [[30, 30], [30, 50], [50, 50], [50, 30]])), ['far']);
});

test('polygonContains', async () => {
  const zone = new Parse.Query(Zone);
  assert.deepEqual(await names(zone.polygonContains('area', point(5, 5))), ['big', 'small']);
  assert.deepEqual(await names(new Parse.Query(Zone).polygonContains('area', point(-5, 5))), ['big']);
  assert.deepEqual(await names(new Parse.Query(Zone).polygonContains('area', point(50, 50))), []);
});

test('equality of a point', async () => {
  assert.deepEqual(await names(place().equalTo('g', point(2, 0))), ['two']);
});

test('a class has one geo point field', async () => {
  const Two = className('TwoPoints');
  await rejects(new Parse.Object(Two).save({ g: origin, h: origin }), Parse.Error.INCORRECT_TYPE,
    'there can only be one geopoint field in a class');
  await new Parse.Object(Two).save({ g: origin });
  await rejects(new Parse.Object(Two).save({ h: origin }), Parse.Error.INCORRECT_TYPE);
});

test('malformed geo constraints are refused', async () => {
  await rejects(place()._addCondition('g', '$within', {}).find(), 107, 'malformatted $within arg');
  await rejects(place()._addCondition('g', '$geoWithin', { $polygon: [point(0, 0), point(1, 1)].map(p => p.toJSON()) }).find(), 107,
    'bad $geoWithin value; $polygon should contain at least 3 GeoPoints');
  await rejects(place()._addCondition('g', '$geoWithin', { $centerSphere: [origin.toJSON()] }).find(), 107);
  await rejects(new Parse.Query(Zone)._addCondition('area', '$geoIntersects', { $point: 1 }).find(), 107,
    'bad $geoIntersect value; $point should be GeoPoint');
});
