'use strict';
// What an app and the services have to prove who they are, made anew for a run: a certificate for every service, an Apple signing key, a
// Firebase service account.
const { execFileSync } = require('node:child_process');
const crypto = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const NAMES = ['localhost', 'fcm.googleapis.com', 'oauth2.googleapis.com', 'api.push.apple.com', 'api.sandbox.push.apple.com'];
const PEM = { type: 'pkcs8', format: 'pem' };

/** Makes all of it in a directory of its own; `remove` takes that away. */
function make() {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'parity-push-'));
  const file = name => path.join(dir, name);
  const openssl = (...args) => execFileSync('openssl', args, { cwd: dir, stdio: 'pipe' });
  openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=parity', '-keyout', 'ca.key', '-out', 'ca.pem');
  openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=localhost', '-keyout', 'peer.key', '-out', 'peer.csr');
  fs.writeFileSync(file('names'), `subjectAltName=${NAMES.map(name => `DNS:${name}`).join()}\nbasicConstraints=CA:FALSE\n`);
  openssl('x509', '-req', '-in', 'peer.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'names', '-out', 'peer.pem');
  const apple = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' });
  fs.writeFileSync(file('apple.p8'), apple.privateKey.export(PEM));
  const google = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    ca: file('ca.pem'), tls: { key: fs.readFileSync(file('peer.key')), cert: fs.readFileSync(file('peer.pem')) },
    apple: { key: file('apple.p8'), public: apple.publicKey }, google: { key: google.privateKey.export(PEM), public: google.publicKey },
    remove: () => fs.rmSync(dir, { recursive: true, force: true }),
  };
}

/** What a signed token says: header but for its `typ`, which may be there or not, claims without their times, and whether the signature holds. */
function told(token, key) {
  const [head, claims, signature] = token.split('.');
  const read = part => JSON.parse(Buffer.from(part, 'base64url'));
  const { iat, exp, ...rest } = read(claims);
  const { typ, ...header } = read(head);
  const holds = crypto.verify('sha256', Buffer.from(`${head}.${claims}`), { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'));
  return JSON.stringify([Object.fromEntries(Object.entries(header).sort()), rest, ...(exp ? [`for ${exp - iat} s`] : []), holds]);
}

module.exports = { make, told };
