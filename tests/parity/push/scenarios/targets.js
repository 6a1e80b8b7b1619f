'use strict';
// Whom a push goes to: `where` and `channels` in all forms.
const data = { alert: 'hi' };

const WHERES = {
  'one token': { deviceToken: 'a01' }, 'an unknown token': { deviceToken: 'zzz' }, 'no token': { deviceToken: null }, 'tokens of a list': { deviceToken: { $in: ['a01', 'e01', 'zzz'] } },
  'all without a token': { deviceToken: { $exists: false } }, everything: {}, 'one type': { deviceType: 'ios', channels: 'news' }, 'an unknown type': { deviceType: 'toaster' },
  'types of a list': { deviceType: { $in: ['tvos', 'osx', 'watchos'] } }, 'a type that nothing sends to': { deviceType: { $in: ['web', 'expo', 'embedded', 'winrt'] } },
  'an id': { objectId: 'i010000000' }, 'ids of a list': { objectId: { $in: ['i010000000', 'd010000000', 'i080000000'] } }, 'no id': { objectId: 'nobody' },
  'an installation id': { installationId: 'installation-i02' },
  'users by a query': { user: { $inQuery: { className: '_User', where: { city: 'Bern' } } } }, 'users by a query that finds none': { user: { $inQuery: { className: '_User', where: { city: 'Rom' } } } },
  'not users by a query': { channels: 'news', user: { $notInQuery: { className: '_User', where: { city: 'Bern' } } } },
  'a channel': { channels: 'cold' }, 'a channel, and a badge above': { channels: 'news', badge: { $gt: 0 } }, 'one or another': { $or: [{ deviceToken: 'a01' }, { channels: 'one' }] },
  'all of channels': { channels: { $all: ['news', 'cold'] } }, 'a language by a pattern': { localeIdentifier: { $regex: '^fr' } },
  'apps without a provider': { channels: 'lost' }, dead: { channels: 'dead' }, sick: { channels: 'sick' }, five: { channels: 'five' }, expired: { channels: 'expired' },
  'other types of push': { channels: 'crossed' }, 'old types of push': { channels: 'old' }, television: { deviceType: 'tvos' },
  'an unknown operator': { badge: { $foo: 1 } }, 'an empty list': { channels: { $in: [] } }, 'no list': { channels: { $in: 'news' } }, 'an unknown field': { nothing: 1 },
  'an internal field': { _rperm: '*' }, 'a field of a password': { password: 'x' }, 'a date': { createdAt: { $gt: { __type: 'Date', iso: '2000-01-01T00:00:00.000Z' } }, channels: 'cold' },
  'an invalid field': { 'a b': 1 }, 'a token that is a number': { deviceToken: 1 },
};

/** What is no `where`, or is one by accident. */
const WRONG = { 'a text': 'x', nothing: null, 'an empty text': '', zero: 0, number: 5, true: true, false: false, 'an empty list': [], 'a list': [{ deviceToken: 'a01' }], 'a text of JSON': '{"deviceToken":"a01"}' };

const CHANNELS = { one: ['news'], two: ['cold', 'one'], unknown: ['nowhere'], none: [], numbers: [1, 2], mixed: [1, 'one'], nulls: [null], lists: [['news']], objects: [{ a: 1 }], text: 'one', null: null, number: 1, object: { a: 1 }, true: true };

module.exports = add => {
  for (const [name, where] of Object.entries(WHERES)) add('plain', `where: ${name}`, { body: { where, data } });
  for (const [name, where] of Object.entries(WRONG)) add('plain', `where is ${name}`, { body: { where, data } });
  for (const [name, channels] of Object.entries(CHANNELS)) add('plain', `channels: ${name}`, { body: { channels, data } });
  add('plain', 'channels and where', { body: { channels: ['news'], where: {}, data } });
  add('plain', 'channels and where, both null', { body: { channels: null, where: null, data } });
  add('plain', 'neither channels nor where', { body: { data } });
  for (const name of ['one token', 'everything', 'no id', 'types of a list', 'dead', 'sick', 'five', 'expired']) add('scheduled', `where: ${name}`, { body: { where: WHERES[name], data } });
};
