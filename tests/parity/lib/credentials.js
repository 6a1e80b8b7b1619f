'use strict';
// Who sends a request: `as` of a step becomes headers, or the fields that the SDKs put into the body.
//
// client (the default), master, readonly, maintenance, nobody (no app id), keyless (no client key), wrongKey, wrongMaster,
// or a session token: text that begins with `‹` or `r:`.

const KEYS = {
  client: { key: true }, master: { master: 'mk' }, readonly: { master: 'ro' }, maintenance: { maintenance: 'mt' },
  nobody: { app: false, key: true }, keyless: {}, wrongKey: { key: 'wrong' }, wrongMaster: { key: true, master: 'wrong' },
};

const keysOf = as => KEYS[as] ?? { key: true, token: as };
const given = fields => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

function headers({ as, master, installation }) {
  const keys = keysOf(as ?? (master ? 'master' : 'client'));
  return given({
    'X-Parse-Application-Id': keys.app === false ? undefined : 'app',
    'X-Parse-REST-API-Key': keys.key === true ? 'rk' : keys.key,
    'X-Parse-Master-Key': keys.master,
    'X-Parse-Maintenance-Key': keys.maintenance,
    'X-Parse-Session-Token': keys.token,
    'X-Parse-Installation-Id': installation,
  });
}

/** SDKs always name an installation. */
function fields({ as, master, installation = 'parity' }) {
  const keys = keysOf(as ?? (master ? 'master' : 'client'));
  return given({
    _ApplicationId: keys.app === false ? undefined : 'app',
    _JavaScriptKey: keys.key === true ? 'jk' : keys.key,
    _MasterKey: keys.master,
    _SessionToken: keys.token,
    _ClientVersion: 'js8.6.2',
    _InstallationId: installation,
  });
}

module.exports = { headers, fields };
