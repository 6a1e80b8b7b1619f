'use strict';
// What a push says: `data`, badges, languages, and what stands beside `data`.
const both = { deviceToken: { $in: ['a01', 'a02', 'b01', 'e01', 'e02', 'd01'] } };

const DATA = {
  missing: undefined, null: null, text: 'hi', number: 1, zero: 0, list: [1], 'a list of an object': [{ alert: 'x' }], false: false, empty: {}, 'alert empty': { alert: '' },
  'alert object': { alert: { title: 'T', body: 'B', 'loc-key': 'K', 'loc-args': ['a', 1] } }, 'alert number': { alert: 5 }, 'alert null': { alert: null }, 'alert list': { alert: ['x'] }, 'alert true': { alert: true },
  title: { alert: 'a', title: 't' }, 'title first': { title: 't', alert: 'a' }, 'title alone': { title: 't' }, 'title and alert object': { alert: { body: 'b' }, title: 't' }, 'title number': { alert: 'a', title: 5 },
  unicode: { alert: 'Grüße 😀 "q" \\ \n   ', custom: 'ü' }, sound: { alert: 'a', sound: 'ping' }, 'sound object': { alert: 'a', sound: { critical: 1, name: 's', volume: 0.5 } }, 'sound null': { alert: 'a', sound: null },
  available: { 'content-available': 1 }, 'available true': { 'content-available': true, 'mutable-content': 1 }, category: { alert: 'a', category: 'C', threadId: 'th', targetContentIdentifier: 'tc', interruptionLevel: 'passive' },
  'odd category': { alert: 'a', category: 5, threadId: null, targetContentIdentifier: 1, interruptionLevel: { a: 1 } },
  custom: { alert: 'a', z: 1, a: { b: [null, 1.5, true, 'x'] }, 7: 'seven', n: null, d: { __type: 'Date', iso: '2020-01-01T00:00:00.000Z' } }, 'long number': { alert: 'a', n: 1e21, m: 12345678901234567890, f: 0.1 },
  aps: { aps: { alert: { body: 'raw' }, badge: 3, sound: 'd', other: 1 }, k: 1 }, 'aps and alert': { alert: 'before', aps: { sound: 's' }, badge: 2 }, 'aps null': { aps: null }, 'aps text': { aps: 'x' }, 'alert after aps': { aps: { sound: 's' }, alert: 'after' },
  headers: { alert: 'a', id: '11111111-1111-1111-1111-111111111111', collapseId: 'cc', requestId: 'rq', channelId: 'ch', pushType: 'liveactivity', topic: 'a.b', expiry: 1893459600, priority: 5 },
  'headers of the body, in data': { alert: 'a', expiration_time: 1893459600000, collapse_id: 'g', push_type: 'voip', priority: 5 }, 'headers null': { alert: 'a', collapseId: null, pushType: null, topic: null, priority: null },
  'priority text': { alert: 'a', priority: 'high' }, 'priority text of digits': { alert: 'a', priority: '5' }, 'priority zero': { alert: 'a', priority: 0 }, 'url-args': { alert: 'a', 'url-args': ['x'], uri: 'http://x' }, mdm: { mdm: 'x', alert: 'a' },
  payload: { payload: { a: 1 }, data: { b: 1 }, message: 'm', token: 't', 'a.b': 1, $c: 1, from: 'f', notification: { title: 'N' }, rawPayload: { data: { z: '1' } } }, proto: JSON.parse('{"alert":"a","__proto__":{"x":1}}'),
};

const BADGES = {
  five: 5, zero: 0, negative: -3, half: 1.5, text: 'x', 'text of digits': '7', 'empty text': '', Increment: 'Increment', increment: 'increment', INCREMENT: 'INCREMENT', 'Increment with a space': 'Increment ', null: null, true: true, false: false,
  object: {}, list: [], 'list of a number': [4], operation: { __op: 'Increment', amount: 3 }, 'operation in lower case': { __op: 'increment', amount: 2 }, 'operation by zero': { __op: 'Increment', amount: 0 }, 'operation by less': { __op: 'Increment', amount: -1 },
  'operation by a text': { __op: 'Increment', amount: '2' }, 'operation by a word': { __op: 'Increment', amount: 'x' }, 'operation without amount': { __op: 'Increment' }, 'other operation': { __op: 'Delete' }, 'operation by half': { __op: 'Increment', amount: 0.5 }, large: 1e21,
};

const LANGUAGES = {
  two: { alert: 'hi', 'alert-fr': 'salut', 'alert-en': 'hello' }, 'one and a narrower': { alert: 'hi', 'alert-fr': 'salut', 'alert-fr-CA': 'allo' }, 'narrower first': { alert: 'hi', 'alert-fr-CA': 'allo', 'alert-fr': 'salut' },
  titles: { alert: 'hi', title: 't', 'title-fr': 'titre', 'alert-de': 'hallo' }, 'title alone': { 'title-fr': 'titre' }, 'none without': { 'alert-fr': 'salut' }, nobody: { alert: 'hi', 'alert-xx': 'x' }, empty: { alert: 'hi', 'alert-': 'x' }, 'empty text': { alert: 'hi', 'alert-fr': '' },
  object: { alert: { title: 'T', body: 'B' }, 'alert-fr': { title: 'Tf', body: 'Bf' } }, number: { alert: 'hi', 'alert-fr': 1 }, 'all alike': { alert: 'hi', 'alert-en': 'hello', 'alert-EN': 'HELLO', 'alert-fr': 'salut', 'alert-de': 'hallo', 'alert-es': 'hola' },
  'named default': { alert: 'hi', 'alert-default': 'x', 'alert-fr': 'y' }, incrementing: { alert: 'hi', 'alert-fr': 'salut', badge: 'Increment' }, 'with a badge': { alert: 'hi', 'alert-fr': 'salut', badge: 3 },
};

const BESIDE = {
  collapse: { collapse_id: 'grp' }, 'collapse number': { collapse_id: 5 }, 'collapse empty': { collapse_id: '' }, background: { push_type: 'background', priority: 5 }, voip: { push_type: 'voip' }, location: { push_type: 'location' },
  complication: { push_type: 'complication' }, fileprovider: { push_type: 'fileprovider' }, liveactivity: { push_type: 'liveactivity' }, pushtotalk: { push_type: 'pushtotalk' }, 'push_type odd': { push_type: 'odd' }, 'push_type number': { push_type: 1 },
  'priority text': { priority: 'normal' }, 'priority 1': { priority: 1 }, notification: { notification: { title: 'N', body: 'NB', clickAction: 'act', color: '#ff0000', imageUrl: 'http://x/i.png' } }, 'notification odd': { notification: { title: 5 } }, 'notification text': { notification: 'x' }, 'notification null': { notification: null },
  rawPayload: { rawPayload: { notification: { title: 'raw', body: 'b' }, data: { z: '1' }, android: { ttl: 3600, collapseKey: 'k' } } }, 'rawPayload of a number': { rawPayload: { data: { z: 1 } } }, 'rawPayload empty': { rawPayload: {} }, 'rawPayload null': { rawPayload: null }, 'rawPayload text': { rawPayload: 'x' },
  'rawPayload for Apple': { rawPayload: { apns: { payload: { aps: { alert: 'x', contentAvailable: true } } } } }, 'unknown keys': { title: 'T', foo: { a: 1 }, source: 's', status: 'x' }, 'own _ApplicationId': { _method: 'POST' },
};

module.exports = add => {
  for (const [name, data] of Object.entries(DATA)) add('plain', `data: ${name}`, { body: { where: both, data } });
  for (const [name, badge] of Object.entries(BADGES)) add('plain', `badge: ${name}`, { body: { where: { channels: { $in: ['news', 'cold'] } }, data: { alert: 'a', badge } } });
  for (const [name, data] of Object.entries(LANGUAGES)) add('plain', `languages: ${name}`, { body: { where: { channels: { $in: ['news', 'cold', 'one'] } }, data } });
  for (const [name, beside] of Object.entries(BESIDE)) add('plain', `beside data: ${name}`, { body: { where: both, data: { alert: 'a' }, ...beside } });
  const some = ['alert object', 'title alone', 'sound object', 'available true', 'odd category', 'custom', 'aps and alert', 'alert after aps', 'headers', 'headers of the body, in data', 'priority text', 'empty', 'alert number'];
  for (const name of some) add('scheduled', `data: ${name}`, { body: { where: both, data: DATA[name] } });
  for (const name of ['five', 'Increment', 'operation']) add('scheduled', `badge: ${name}`, { body: { where: { channels: { $in: ['news', 'cold'] } }, data: { alert: 'a', badge: BADGES[name] } } });
  for (const name of ['two', 'incrementing', 'nobody']) add('scheduled', `languages: ${name}`, { body: { where: {}, data: LANGUAGES[name] } });
  for (const name of ['collapse number', 'voip', 'priority text', 'rawPayload']) add('scheduled', `beside data: ${name}`, { body: { where: both, data: { alert: 'a' }, ...BESIDE[name] } });
};
