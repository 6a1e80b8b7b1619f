'use strict';
// A server of sign-in providers for both servers: token introspection for `oauth2: true`, the keys of a keycloak realm. And what
// only the moment of a request can say, as placeholders of a program:
//   ‹totp.SECRET›      the token of an authenticator app now
//   ‹jwt.KIND.USER›    a token of the realm: good, old, issuer, client, forged, nokey, roles
// Tokens for introspection need none: `KIND.USER`, with good, dead, app, fails.
const crypto = require('node:crypto');
const http = require('node:http');

const REALM = '/realms/r';
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const PERIOD_S = 30;
const DIGITS = 6;

class Providers {
  constructor(port) {
    this.url = `http://127.0.0.1:${port}`;
    [this.pair, this.strange] = [0, 1].map(() => crypto.generateKeyPairSync('rsa', { modulusLength: 2048 }));
    this.server = http.createServer((request, answer) => this.answer(request, answer));
  }

  /** The option `auth` of both servers. */
  options() {
    return {
      mfa: { options: ['TOTP'], digits: DIGITS, period: PERIOD_S, algorithm: 'SHA1' },
      keycloak: { config: { 'auth-server-url': this.url, realm: 'r', 'client-id': 'app' } },
      site: { oauth2: true, tokenIntrospectionEndpointUrl: `${this.url}/introspect`, useridField: 'sub', appidField: 'aud', appIds: ['app'] },
    };
  }

  start() {
    return new Promise(resolve => { this.server.listen(Number(new URL(this.url).port), '127.0.0.1', resolve); });
  }

  stop() {
    this.server.closeAllConnections();
    this.server.close();
  }

  answer(request, answer) {
    const parts = [];
    request.on('data', part => parts.push(part));
    request.on('end', () => {
      const say = (status, body) => answer.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
      if (request.url === `${REALM}/protocol/openid-connect/certs`) {
        return say(200, { keys: [{ ...this.pair.publicKey.export({ format: 'jwk' }), kid: 'k', use: 'sig', alg: 'RS256' }] });
      }
      const [kind, sub] = (new URLSearchParams(Buffer.concat(parts).toString()).get('token') ?? '').split('.');
      if (kind === 'fails') return say(500, {});
      return say(200, { active: kind === 'good' || kind === 'app', sub: sub ?? '', aud: kind === 'app' ? 'other' : 'app' });
    });
  }

  /** What stands in a program for something of this moment; undefined for other placeholders. */
  fill(placeholder) {
    const [what, first, ...rest] = placeholder.split('.');
    if (what === 'totp') return totp(first, Date.now());
    return what === 'jwt' ? this.jwt(first, rest.join('.')) : undefined;
  }

  jwt(kind, sub) {
    const part = value => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = {
      iss: kind === 'issuer' ? 'http://elsewhere' : this.url + REALM, azp: kind === 'client' ? 'other' : 'app', sub,
      exp: Math.floor(Date.now() / 1000) + (kind === 'old' ? -60 : 600), ...(kind === 'roles' ? { roles: ['a', 'b'], groups: ['g'] } : {}),
    };
    const text = `${part({ alg: 'RS256', typ: 'JWT', kid: kind === 'nokey' ? 'unknown' : 'k' })}.${part(claims)}`;
    const { privateKey } = kind === 'forged' ? this.strange : this.pair;
    return `${text}.${crypto.sign('sha256', Buffer.from(text), privateKey).toString('base64url')}`;
  }
}

function totp(secret, now) {
  const bits = [...secret].map(letter => LETTERS.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map(byte => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(now / 1000 / PERIOD_S)));
  const hash = crypto.createHmac('sha1', key).update(counter).digest();
  const at = hash[hash.length - 1] & 15;
  return String((hash.readUInt32BE(at) & 0x7fffffff) % 10 ** DIGITS).padStart(DIGITS, '0');
}

module.exports = { Providers };
