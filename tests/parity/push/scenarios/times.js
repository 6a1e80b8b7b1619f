'use strict';
// When a push is to be sent, and until when.
const where = { deviceToken: { $in: ['a01', 'e01', 'd01'] } };
const data = { alert: 'a' };

const TIMES = {
  seconds: 1893459600, 'fraction of a second': 1893459600.5, ISO: '2030-01-01T01:00:00.000Z', 'ISO with an offset': '2030-01-01T01:00:00.000+02:00', 'ISO with a negative offset': '2030-01-01T01:00:00-05:30', 'ISO without a zone': '2030-01-01T01:00:00.000', 'ISO without seconds': '2030-01-01T01:00Z',
  date: '2030-01-01', 'another form': 'Tue, 01 Jan 2030 01:00:00 GMT', 'offset without a colon': '2030-01-01T01:00:00+0200', past: '2001-01-01T00:00:00.000Z', 'past seconds': 1000000000, zero: 0, negative: -5, 'far off': 9e15, 'too far': 1e20, 'text of digits': '1893459600', year: '2030', word: 'tomorrow', 'empty text': '', null: null, true: true, object: {}, Date: { __type: 'Date', iso: '2030-01-01T00:00:00.000Z' }, list: [1], 'Z elsewhere': '2030-01-01T01:00:00.000Z ',
  Z: 'Z', 'beyond what is': '2030-13-01T00:00:00.000Z', 'lower case': '2030-01-01t01:00:00.000z',
};

module.exports = add => {
  for (const [name, time] of Object.entries(TIMES)) {
    add('plain', `expiration_time: ${name}`, { body: { where, data, expiration_time: time } });
    add('scheduled', `push_time: ${name}`, { body: { where, data, push_time: time } });
  }
  for (const name of ['seconds', 'ISO', 'ISO without a zone', 'past', 'word', 'null']) add('plain', `push_time: ${name}`, { body: { where, data, push_time: TIMES[name] } });
  for (const [name, interval] of Object.entries({ seconds: 600, half: 0.5, zero: 0, negative: -1, text: '600', null: null, object: {}, huge: 1e20 })) add('plain', `expiration_interval: ${name}`, { body: { where, data, expiration_interval: interval } });
  add('plain', 'both expirations', { body: { where, data, expiration_time: 1893459600, expiration_interval: 600 } });
  add('plain', 'an expiration of zero, and an interval', { body: { where, data, expiration_time: 0, expiration_interval: 600 } });
  add('plain', 'push_time and an interval', { body: { where, data, push_time: '2030-01-01T00:00:00.000Z', expiration_interval: 600 } });
  add('scheduled', 'push_time and an interval', { body: { where, data, push_time: '2030-01-01T00:00:00.000Z', expiration_interval: 600 } });
  add('scheduled', 'push_time and an expiration', { body: { where, data, push_time: '2030-01-01T00:00:00.000Z', expiration_time: '2030-01-02T00:00:00.000Z' } });
  add('scheduled', 'push_time, a badge and an audience', { body: { where: { channels: 'news' }, data: { badge: 'Increment', alert: 'a', 'alert-fr': 'b' }, push_time: 1893459600, audience_id: 'audience00' } });
  add('scheduled', 'no push_time', { body: { where, data, expiration_interval: 600 } });
  add('plain', 'wrong in all ways', { body: { where, data: { badge: 'x' }, push_time: 'x', expiration_time: 'x', expiration_interval: 'x' } });
  add('plain', 'a wrong interval and push_time', { body: { where, data: { badge: 'x' }, push_time: 'x', expiration_interval: 'x' } });
  add('plain', 'a wrong badge and push_time', { body: { where, data: { badge: 'x' }, push_time: 'x' } });
};
