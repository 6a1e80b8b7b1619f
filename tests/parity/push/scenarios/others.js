'use strict';
// Who may push, pushes in batches and at once, audiences, webhooks, what the server says of push, and no push at all.
const where = { deviceToken: { $in: ['a01', 'a02', 'e01'] } };
const data = { alert: 'hi' };
const push = { where, data };
const batch = requests => ({ path: '/batch', body: { requests } });
const part = body => ({ method: 'POST', path: '/parse/push', body });

const HOOKS = {
  'afterSave of _PushStatus': { '_PushStatus.afterSave': 'nothing' }, 'afterSave of _PushStatus that refuses': { '_PushStatus.afterSave': 'refuse' },
  'finds of installations': { '_Installation.beforeFind': 'nothing', '_Installation.afterFind': 'nothing' }, 'beforeFind of installations that refuses': { '_Installation.beforeFind': 'refuse' },
  'afterFind of installations that refuses': { '_Installation.afterFind': 'refuse' }, 'afterFind of installations that gives none': { '_Installation.afterFind': 'empty' },
  'saves of installations': { '_Installation.beforeSave': 'nothing', '_Installation.afterSave': 'nothing' }, 'beforeSave of installations that refuses': { '_Installation.beforeSave': 'refuse' },
  'saves of audiences': { '_Audience.beforeSave': 'nothing', '_Audience.afterSave': 'nothing' },
};

module.exports = add => {
  for (const as of ['client', 'readonly', 'maintenance', 'nobody', 'keyless', 'wrongKey', 'wrongMaster']) {
    add('plain', `as ${as}`, { as, body: push });
    add('none', `as ${as}`, { as, body: push });
  }
  add('plain', 'no body', { raw: '' });
  add('plain', 'an empty object', { raw: '{}' });
  add('plain', 'no JSON', { raw: '{"where":' });
  add('plain', 'a list', { raw: '[]' });
  add('plain', 'a number', { raw: '1' });
  add('plain', 'read', { method: 'GET' });
  add('plain', 'put', { method: 'PUT', body: push });
  add('plain', 'with a slash at the end', { path: '/push/', body: push });
  add('plain', 'twice', { steps: [{ body: push }, { body: push }] });
  add('plain', 'in a batch', batch([part(push)]));
  add('plain', 'in a batch, twice', batch([part(push), part({ channels: ['one'], data })]));
  add('plain', 'in a batch, one wrong', batch([part({ data }), part(push), part({ where, data: { badge: 'x' } })]));
  add('plain', 'in a batch, as a client', { ...batch([part(push)]), as: 'client' });
  add('plain', 'in a batch, read-only', { ...batch([part(push)]), as: 'readonly' });
  for (const [name, audience_id] of Object.entries({ known: 'audience00', unknown: 'nobody0000', empty: '', number: 5, null: null, object: { a: 1 } })) add('plain', `audience: ${name}`, { body: { ...push, audience_id } });
  add('plain', 'an audience, and nobody', { body: { where: { deviceToken: 'zzz' }, data, audience_id: 'audience00' } });
  for (const [name, hooks] of Object.entries(HOOKS)) {
    // In groups the order of writes is chance.
    const badge = name.includes('_PushStatus') ? undefined : 'Increment';
    add('plain', `webhooks: ${name}`, { hooks, body: { where, data: { alert: 'a', badge }, audience_id: 'audience00' } });
  }
  for (const setup of ['plain', 'scheduled', 'none']) {
    add(setup, 'what the server can do', { method: 'GET', path: '/serverInfo' });
    add(setup, 'audiences', { method: 'GET', path: '/push_audiences' });
    add(setup, 'pushes, as a client', { method: 'GET', path: '/classes/_PushStatus', as: 'client' });
  }
  add('plain', 'a row of a push, as others', { steps: [{ body: push }, ...['client', 'readonly', 'maintenance'].map(as => ({ method: 'GET', path: '/classes/_PushStatus?where={"status":"none"}&count=1', as }))] });
  const wrong = { both: { channels: [], where: {} }, neither: {}, right: push, 'a wrong badge': { where, data: { badge: 'x' } }, 'a wrong time': { where, expiration_time: 'x' } };
  for (const [name, body] of Object.entries(wrong)) add('none', `a push: ${name}`, { body });
  add('none', 'in a batch', batch([part(push), part({})]));
};
