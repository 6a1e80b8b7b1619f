'use strict';
// Pushes put together at random, the same for the same seed.
const { Rng, mix } = require('../gen/rng');

const TYPES = ['ios', 'tvos', 'osx', 'watchos', 'android', 'web', 'embedded'];
const CHANNELS = ['news', 'cold', 'one', 'lost', 'dead', 'sick', 'tv', 'old', 'crossed'];
const TEXTS = ['hi', '', 'Grüße', { title: 'T', body: 'B' }, 5, null];

const WHERES = [
  () => ({}), rng => ({ deviceType: { $in: rng.subset(TYPES) } }), rng => ({ channels: rng.pick(CHANNELS) }), rng => ({ channels: { $in: rng.subset(CHANNELS, 0.3) } }),
  rng => ({ badge: { $gte: rng.int(-3, 4) } }), rng => ({ localeIdentifier: { $exists: rng.chance(0.5) } }), rng => ({ deviceType: rng.pick(TYPES), channels: { $ne: rng.pick(CHANNELS) } }),
  () => ({ user: { $inQuery: { className: '_User', where: { username: 'ann' } } } }), rng => ({ $or: [{ channels: rng.pick(CHANNELS) }, { deviceType: rng.pick(TYPES) }] }),
];

/** Keys of `data`, with what makes their values. */
const DATA = {
  alert: rng => rng.pick(TEXTS), title: rng => rng.pick(TEXTS), badge: rng => rng.pick([1, 3, 'Increment', 'increment', { __op: 'Increment', amount: 2 }, 0, -1, 'x']), sound: rng => rng.pick(['ping', { name: 's', critical: 1 }, null]),
  'content-available': rng => rng.pick([0, 1, true]), 'mutable-content': rng => rng.pick([0, 1]), category: rng => rng.pick(['c', 1]), threadId: () => 'th', 'alert-fr': rng => rng.pick(['salut', '', { body: 'b' }]), 'alert-en': () => 'hello', 'title-fr': () => 'titre', 'title-de': () => 'titel',
  custom: rng => rng.pick([{ a: [1, null] }, 'x', 1.25]), priority: rng => rng.pick([5, 10]), collapse_id: () => 'c', push_type: rng => rng.pick(['alert', 'background', 'voip']), topic: () => 'other.topic', interruptionLevel: () => 'active', url: () => 'http://x/?a=b&c=<d>',
};

const BESIDE = {
  expiration_time: rng => rng.pick([1893459600, '2030-01-01T00:00:00.000Z', 'x', 1000000000]), expiration_interval: rng => rng.pick([600, 0, 'x']), push_time: rng => rng.pick([1893459600, '2030-01-01T00:00:00.000', '2030-01-01T00:00:00Z', '2030-01-01T00:00:00+01:00']),
  collapse_id: () => 'body', push_type: rng => rng.pick(['alert', 'background']), priority: rng => rng.pick([5, 1]), audience_id: rng => rng.pick(['audience00', 'nobody0000']), notification: () => ({ title: 'N', body: 'b' }),
};

function some(rng, keys, probability) {
  return Object.fromEntries(rng.subset(Object.entries(keys), probability).sort(() => rng.next() - 0.5).map(([key, make]) => [key, make(rng)]));
}

function random(seed, count) {
  return Array.from({ length: count }, (_, i) => {
    const rng = new Rng(mix(seed, i));
    const target = rng.chance(0.25) ? { channels: rng.subset(CHANNELS, 0.3) } : { where: rng.pick(WHERES)(rng) };
    return { setup: rng.pick(['plain', 'plain', 'scheduled']), name: `random ${i}`, body: { ...target, data: some(rng, DATA, 0.25), ...some(rng, BESIDE, 0.15) } };
  });
}

module.exports = { random };
