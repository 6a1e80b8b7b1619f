'use strict';
// Apple's and Google's services for one server: they keep what they are asked, and answer by the token of the device.
const http2 = require('node:http2');
const http = require('node:http');
const { told } = require('./keys');

/** What Apple says to a token that begins so: status and reason. */
const APPLE = {
  bad: [400, 'BadDeviceToken'], gone: [410, 'Unregistered'], topic: [400, 'DeviceTokenNotForTopic'], five: [500, 'InternalServerError'], mute: [400],
  expired: [403, 'ExpiredProviderToken'],
};
/** What Google says to a token that begins so: status, name of the status, code of the details. */
const GOOGLE = {
  bad: [400, 'INVALID_ARGUMENT', 'INVALID_ARGUMENT', 'The registration token is not a valid FCM registration token'],
  gone: [404, 'NOT_FOUND', 'UNREGISTERED', 'Requested entity was not found.'],
  topic: [403, 'PERMISSION_DENIED', 'SENDER_ID_MISMATCH', 'SenderId mismatch'],
  five: [500, 'INTERNAL', 'INTERNAL', 'Internal error encountered.'],
};
/** Where the token stands in a message is nothing to Google. */
const sorted = body => JSON.stringify(JSON.parse(body, (key, value) => (key === 'message' && value?.token ? { token: value.token, ...value } : value)));
const kind = token => (/^[a-z]+/.exec(token) || [''])[0];

class Services {
  /** `port` is that of Apple and Google, the next one that of the tokens of a service account. */
  constructor(port, keys) {
    Object.assign(this, { port, keys, asked: [] });
    this.sessions = new Set();
  }

  async start() {
    this.server = http2.createSecureServer({ ...this.keys.tls, allowHTTP1: true }, (request, response) => this.take(request, response));
    this.server.on('session', session => this.sessions.add(session.on('close', () => this.sessions.delete(session))));
    this.plain = http.createServer((request, response) => this.take(request, response));
    await Promise.all([[this.server, this.port], [this.plain, this.port + 1]].map(([server, port]) => new Promise((done, failed) => {
      server.once('error', failed).listen(port, '127.0.0.1', done);
    })));
    return this;
  }

  stop() {
    for (const session of this.sessions) session.destroy();
    this.server.close();
    this.plain.closeAllConnections();
    this.plain.close();
  }

  take(request, response) {
    const parts = [];
    request.on('data', part => parts.push(part)).on('end', () => {
      const body = Buffer.concat(parts).toString();
      const { status, headers, answer } = this.answer(request, body);
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(answer === undefined ? '' : JSON.stringify(answer));
    });
  }

  answer({ url, method, headers }, body) {
    if (url === '/token') return this.token(body);
    const apple = url.startsWith('/3/device/');
    const own = Object.entries(headers).filter(([name]) => /^apns-/.test(name)).sort();
    const type = (headers['content-type'] ?? 'none').split(';')[0];
    this.asked.push({
      to: apple ? 'apple' : 'google', method, path: url, headers: Object.fromEntries(own), authorization: this.authorization(headers.authorization ?? 'none', apple),
      ...(apple ? { body } : { type, body: sorted(body) }),
    });
    return apple ? this.apple(decodeURIComponent(url.slice('/3/device/'.length))) : this.google(body);
  }

  authorization(text, apple) {
    const [scheme, token] = text.split(' ');
    return apple && token ? `${scheme} ${told(token, this.keys.apple.public)}` : text;
  }

  apple(token) {
    const [status, reason] = APPLE[kind(token)] ?? [200];
    return { status, headers: { 'apns-id': '11111111-2222-3333-4444-555555555555' }, answer: reason && { reason, ...(status === 410 && { timestamp: 1700000000000 }) } };
  }

  google(body) {
    const [status, name, errorCode, message] = GOOGLE[kind(JSON.parse(body).message.token)] ?? [200];
    if (status === 200) return { status, answer: { name: 'projects/parity/messages/1' } };
    const details = [{ '@type': 'type.googleapis.com/google.firebase.fcm.v1.FcmError', errorCode }];
    return { status, answer: { error: { code: status, message, status: name, details } } };
  }

  /** Gives a token to who shows that it is the service account. */
  token(body) {
    const { assertion, ...form } = Object.fromEntries(new URLSearchParams(body));
    this.asserted = `${JSON.stringify(form)} ${told(assertion, this.keys.google.public)}`;
    return { status: 200, answer: { access_token: 'an-access-token', expires_in: 3600, token_type: 'Bearer' } };
  }
}

module.exports = { Services };
