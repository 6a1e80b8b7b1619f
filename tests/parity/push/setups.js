'use strict';
// The configurations in which pushes are compared. Each is made for one server: the ports of its services, and how it finds Google, differ.
const path = require('node:path');

const COMMON = { readOnlyMasterKey: 'ro', maintenanceKey: 'mt', restAPIKey: 'rk', cacheTTL: 1 };

/** What both servers are told, and what only Parsimony is: its `endpoint` and `ca`. */
function parts(port, keys, ours) {
  const token = { key: keys.apple.key, keyId: 'KEYID00000', teamId: 'TEAMID0000' };
  const apple = { address: 'localhost', port, ca: keys.ca, token };
  const project = { type: 'service_account', project_id: 'parity', private_key_id: 'k1', client_email: 'push@parity.iam.gserviceaccount.com', client_id: '1' };
  const account = { ...project, private_key: keys.google.key, token_uri: ours ? `http://127.0.0.1:${port + 1}/token` : 'https://oauth2.googleapis.com/token' };
  const firebase = { firebaseServiceAccount: account, ...(ours && { endpoint: `https://localhost:${port}`, ca: keys.ca }) };
  const native = { token, useNativeAPNs: true, ...(ours && { address: 'localhost', port, ca: keys.ca }) };
  return { apple, firebase, native };
}

const SETUPS = {
  plain: ({ apple, firebase }) => ({
    push: {
      ios: [{ ...apple, topic: 'com.app', production: false }, { ...apple, topic: 'com.app', production: true }, { ...apple, topic: 'com.one', production: true }],
      tvos: { ...apple }, android: firebase, fcm: firebase,
    },
    clean: true,
  }),
  scheduled: ({ firebase, native }) => ({
    push: { ios: { ...native, topic: 'com.app', production: true }, osx: { ...native, topic: 'com.nat' }, watchos: firebase, android: firebase, queueOptions: { batchSize: 7 } },
    scheduledPush: true,
  }),
  none: () => ({}),
};

/** The set-up of that name for `lib/servers.js`, with those `services` alone. */
function setup(name, { port, keys, ours, services }) {
  const { clean, push, ...rest } = SETUPS[name](parts(port, keys, ours));
  const kept = ([kind, one]) => kind === 'queueOptions' || services.includes(one.firebaseServiceAccount ? 'google' : 'apple');
  const options = push ? { ...rest, push: Object.fromEntries(Object.entries(push).filter(kept)) } : rest;
  const required = `--require ${path.join(__dirname, 'redirect.js')}`;
  const env = {
    NODE_EXTRA_CA_CERTS: keys.ca, PUSH_SERVICES: String(port), TZ: 'UTC', ...(clean && { PARSE_SERVER_CLEANUP_INVALID_INSTALLATIONS: '1' }),
    ...(!ours && { NODE_OPTIONS: required }),
  };
  return { options: { ...COMMON, ...options }, env };
}

module.exports = { NAMES: Object.keys(SETUPS), setup };
