'use strict';
// The installations that every push finds, by their names: of all types, with and without a token, an app, a language, a badge, channels.
const ROWS = {
  i01: { deviceType: 'ios', deviceToken: 'a01', appIdentifier: 'com.app', badge: 0, channels: ['news'], localeIdentifier: 'en-US', timeZone: 'Europe/Berlin' },
  i02: { deviceType: 'ios', deviceToken: 'a02', appIdentifier: 'com.app', badge: 1, channels: ['news', 'cold'], localeIdentifier: 'en-GB' },
  i03: { deviceType: 'ios', deviceToken: 'a03', appIdentifier: 'com.app', badge: 1, channels: ['news'], localeIdentifier: 'fr' },
  i04: { deviceType: 'ios', deviceToken: 'a04', appIdentifier: 'com.app', channels: ['cold'], localeIdentifier: 'fr-CA' },
  i05: { deviceType: 'ios', deviceToken: 'a05', appIdentifier: 'com.one', badge: 7, channels: ['one'], localeIdentifier: 'de' },
  i06: { deviceType: 'ios', deviceToken: 'a06', appIdentifier: 'com.two', badge: -2, channels: ['lost'] },
  i07: { deviceType: 'ios', deviceToken: 'a07', channels: ['lost'], localeIdentifier: 'EN' },
  i08: { deviceType: 'ios', channels: ['news'], appIdentifier: 'com.app', badge: 3 },
  i09: { deviceType: 'ios', deviceToken: 'bad01', appIdentifier: 'com.app', badge: 2, channels: ['dead'] },
  i10: { deviceType: 'ios', deviceToken: 'gone01', appIdentifier: 'com.app', channels: ['dead'], localeIdentifier: 'fr' },
  i11: { deviceType: 'ios', deviceToken: 'topic01', appIdentifier: 'com.app', channels: ['sick'] },
  i12: { deviceType: 'ios', deviceToken: 'mute01', appIdentifier: 'com.one', channels: ['sick'] },
  i13: { deviceType: 'ios', deviceToken: 'five01', appIdentifier: 'com.one', channels: ['five'] },
  i14: { deviceType: 'ios', deviceToken: 'expired01', appIdentifier: 'com.one', channels: ['expired'] },
  i15: { deviceType: 'ios', deviceToken: 'bad02', appIdentifier: 'com.one', channels: ['dead'] },
  i16: { deviceType: 'ios', deviceToken: 'five03', pushType: 'osx', appIdentifier: 'com.nat', channels: ['five'] },
  i17: { deviceType: 'ios', deviceToken: 'expired02', pushType: 'osx', appIdentifier: 'com.nat', channels: ['expired'] },
  t01: { deviceType: 'tvos', deviceToken: 'b01', appIdentifier: 'com.any', badge: 1, channels: ['tv'] },
  t02: { deviceType: 'tvos', deviceToken: 'b02', channels: ['tv'] },
  t03: { deviceType: 'tvos', deviceToken: 'gone02', appIdentifier: 'com.app', channels: ['tv', 'dead'] },
  o01: { deviceType: 'osx', deviceToken: 'c01', appIdentifier: 'com.app', channels: ['mac'] },
  w01: { deviceType: 'watchos', deviceToken: 'd01', appIdentifier: 'com.app', badge: 4, channels: ['watch'] },
  w02: { deviceType: 'watchos', deviceToken: 'd02', appIdentifier: 'com.app', badge: 4, channels: ['watch', 'news'] },
  d01: { deviceType: 'android', deviceToken: 'e01', badge: 0, channels: ['news', 'cold'], localeIdentifier: 'fr-FR', timeZone: 'America/New_York' },
  d02: { deviceType: 'android', deviceToken: 'e02', badge: 1, channels: ['news'], localeIdentifier: 'en', GCMSenderId: '123' },
  d03: { deviceType: 'android', deviceToken: 'e03', channels: ['cold'], localeIdentifier: 'es' },
  d04: { deviceType: 'android', deviceToken: 'bad03', channels: ['dead'] },
  d05: { deviceType: 'android', deviceToken: 'gone03', channels: ['dead'], badge: 1 },
  d06: { deviceType: 'android', deviceToken: 'topic02', channels: ['sick'] },
  d07: { deviceType: 'android', deviceToken: 'five02', channels: ['five'] },
  d08: { deviceType: 'android', deviceToken: 'e08', pushType: 'gcm', channels: ['old'] },
  d09: { deviceType: 'android', deviceToken: 'e09', pushType: 'fcm', channels: ['old'] },
  d10: { deviceType: 'android', channels: ['news'] },
  f01: { deviceType: 'ios', deviceToken: 'f01', pushType: 'android', appIdentifier: 'com.app', channels: ['crossed'] },
  f02: { deviceType: 'android', deviceToken: 'f02', pushType: 'ios', appIdentifier: 'com.app', badge: 1, channels: ['crossed'] },
  x01: { deviceType: 'web', deviceToken: 'g01', channels: ['web'] },
  x02: { deviceType: 'embedded', deviceToken: 'h01', channels: ['odd'] },
  x03: { deviceType: 'winrt', deviceToken: 'h02', channels: ['odd', 'news'] },
  x04: { deviceType: 'embedded', deviceToken: 'h03', pushType: 'ios', appIdentifier: 'com.app', channels: ['crossed'] },
  x05: { deviceType: 'expo', deviceToken: 'ExponentPushToken[x]', channels: ['web'] },
};

/** Makes user, installations and an audience by requests; names them in the database as they are named here, so that all come in one order. */
async function make(ask, db) {
  const { objectId: made } = await ask('POST', '/users', { username: 'ann', password: 'x', city: 'Bern' }, {});
  const ann = 'ann0000000';
  await rename(db, '_User', made, ann);
  for (const [name, row] of Object.entries(ROWS)) {
    const user = /[13]$/.test(name) && { user: { __type: 'Pointer', className: '_User', objectId: ann } };
    const { objectId } = await ask('POST', '/installations', { installationId: `installation-${name}`, ...row, ...user });
    await rename(db, '_Installation', objectId, `${name}0000000`);
  }
  const { objectId } = await ask('POST', '/push_audiences', { name: 'readers', query: '{"channels":"news"}' });
  await rename(db, '_Audience', objectId, 'audience00');
}

async function rename(db, collection, from, to) {
  const document = await db.collection(collection).findOne({ _id: from }, { promoteValues: false });
  await db.collection(collection).deleteOne({ _id: from });
  await db.collection(collection).insertOne({ ...document, _id: to });
}

/** What a collection holds: its raw documents by id. */
async function shot(db, collection) {
  const documents = await db.collection(collection).find({}, { promoteValues: false }).toArray();
  return new Map(documents.map(document => [String(document._id), document]));
}

/** Makes a collection what it was. */
async function restore(db, collection, documents) {
  for (const document of documents) await db.collection(collection).replaceOne({ _id: document._id }, document, { upsert: true });
}

module.exports = { make, shot, restore };
