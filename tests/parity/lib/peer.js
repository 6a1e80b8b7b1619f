'use strict';
// The code of an app, for both servers: its webhooks and its mail adapter. Each server has URLs of its own; what it asked is kept.
const http = require('node:http');

/** How long nothing must come for nothing more to come, ms. */
const QUIET_MS = 200;

const object = ({ object: { className, ...fields } }) => fields;
const said = success => () => ({ success });
const failed = error => () => ({ error });

/** What webhooks answer, by the last part of their URL. */
const ANSWERS = {
  nothing: () => ({}),
  set: body => ({ success: { ...object(body), added: 1 } }),
  only: said({ n: 5, z: 9 }),
  operations: said({ n: { __op: 'Increment', amount: 2 }, s: { __op: 'Delete' } }),
  echo: ({ params }) => ({ success: params }),
  number: said(1),
  list: said([1, { a: [null] }]),
  empty: said([]),
  date: said({ __type: 'Date', iso: '2020-01-01T00:00:00.000Z' }),
  own: said({ own: true }),
  refuse: failed('no'),
  coded: failed({ code: 777, message: 'm' }),
  wordless: failed({ a: 1 }),
  denied: said({ constructor: 1 }),
  mistyped: said({ n: 'a text' }),
  named: said({ '1n': 1 }),
  'no-json': () => 'oops',
  broken: () => ({ status: 500, body: { error: 'e' } }),
  moved: () => ({ status: 302, body: {} }),
};

class Peer {
  async start(port) {
    this.questions = new Map();
    this.base = `http://127.0.0.1:${port}`;
    this.server = http.createServer((request, response) => this.answer(request, response));
    this.server.keepAliveTimeout = 60000;
    await new Promise((done, failed_) => this.server.once('error', failed_).listen(port, '127.0.0.1', done));
    return this;
  }

  stop() {
    this.server.closeAllConnections();
    this.server.close();
  }

  url({ label }) {
    return `${this.base}/${label}`;
  }

  answer(request, response) {
    const parts = [];
    request.on('data', part => parts.push(part)).on('end', () => {
      const [, label, ...path] = request.url.split('/');
      const body = JSON.parse(Buffer.concat(parts));
      const list = this.questions.get(label) ?? [];
      this.questions.set(label, list);
      list.push({ path: path.join('/'), key: request.headers['x-parse-webhook-key'], body });
      const answer = path[0] === 'mail' ? {} : ANSWERS[path[0]](body);
      response.sendDate = false;
      response.writeHead(answer.status ?? 200, { 'Content-Type': 'application/json' });
      response.end(typeof answer === 'string' ? answer : JSON.stringify(answer.status ? answer.body : answer));
    });
  }

  /** What a server asked since the last look; mails come when they come. */
  async take({ label }, mails) {
    for (let seen = -1; mails && seen !== (this.questions.get(label) ?? []).length;) {
      seen = (this.questions.get(label) ?? []).length;
      await new Promise(done => { setTimeout(done, QUIET_MS); });
    }
    const questions = this.questions.get(label) ?? [];
    this.questions.delete(label);
    return questions.map(plain);
  }
}

/** Without what is the server's own: its logger, the headers with its port, and internal columns of users in mails (COMPAT.md). */
function plain({ path, key, body }) {
  const { log, headers, ip, ...rest } = body;
  for (const { user = {} } of path.startsWith('mail') ? rest.args : []) {
    for (const column of Object.keys(user)) if (['ACL', 'password'].includes(column) || (column.startsWith('_') && column !== '__type')) delete user[column];
  }
  return { path, ...(key && { key }), ...rest };
}

module.exports = { Peer, ANSWERS };
