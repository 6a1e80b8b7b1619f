'use strict';
// Sends one program to both servers and compares step by step.
const http = require('node:http');
const { compare, mask } = require('./compare');
const credentials = require('./credentials');
const known = require('./known');

const TIMEOUT_MS = 30000;
const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });
let runs = 0;

/** One side's view of a run: its class suffix is shared, its object ids are its own. */
class Side {
  constructor(server, suffix) {
    this.server = server;
    this.suffix = suffix;
    this.real = new Map();
    this.ids = new Map();
    this.from = Date.now();
    if (server.peer) this.note(server.peer.url(server), 'peer');
  }

  /** Text of a program with the run's suffix and this server's ids in it. */
  fill(text) {
    const known = id => this.real.get(id) ?? this.server.providers?.fill(id);
    return text.split('§').join(this.suffix).replace(/‹([^›]+)›/g, (_, id) => known(id) || (id.endsWith('.token') ? 'r:missing' : 'missing000'));
  }

  async send(step) {
    if (step.peer) return this.asked(step);
    const body = step.raw ?? (step.body === undefined ? undefined : JSON.stringify(step.sdk ? this.sdkBody(step) : step.body));
    const query = Object.entries(step.query || {}).map(([key, value]) =>
      `${encodeURIComponent(key)}=${encodeURIComponent(this.fill(typeof value === 'string' ? value : JSON.stringify(value)))}`);
    const path = encodeURI(this.fill(step.path)) + (query.length ? `?${query.join('&')}` : '');
    const headers = step.sdk ? { 'Content-Type': 'text/plain' } : {
      ...credentials.headers(step),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...step.headers,
    };
    for (const [name, value] of Object.entries(headers)) headers[name] = this.fill(value);
    const answer = await request(`${this.server.url}${path}`, step.method, headers, body === undefined ? undefined : this.fill(body));
    this.learn(step, answer);
    await this.learnSession(step, answer);
    return { status: answer.status, text: step.page ? '' : mask(answer.text, this) };
  }

  /** What the code of the app was asked; ids and tokens that nothing else told are learnt from it. */
  async asked(step) {
    const text = JSON.stringify(await this.server.peer.take(this.server, step.peer === 'mails'));
    for (const [pattern, name] of [[/"objectId":"([A-Za-z0-9]{10})"/g, 'asked'], [/"(r:[0-9a-f]{32})"/g, 'session'], [/[?&]token=([A-Za-z0-9]{25})/g, 'mail']]) {
      for (const [, found] of text.matchAll(pattern)) {
        if (!this.ids.has(found)) this.note(found, `${step.id}.${name}${name === 'mail' ? '' : this.ids.size}`);
        else if (name === 'mail') this.real.set(`${step.id}.mail`, found);
      }
    }
    return { status: 200, text: mask(text, this) };
  }

  sdkBody(step) {
    return { ...step.body, ...credentials.fields(step) };
  }

  note(id, placeholder) {
    this.real.set(placeholder, id);
    this.ids.set(id, `‹${placeholder}›`);
  }

  /** Remembers ids that the server chose. Chosen ids are the same on both and stay as they are. */
  learn(step, { status, text }) {
    const note = (id, placeholder) => {
      if (/^[A-Za-z0-9]{10}$/.test(id) && !this.ids.has(id)) this.note(id, placeholder);
    };
    const name = (/"username":"([A-Za-z0-9]{25})"/.exec(text) || [])[1];
    if (name && !this.ids.has(name)) this.note(name, `${step.id}.name`);
    const codes = (/"recovery":"(\w{30}), (\w{30})"/.exec(text) || []).slice(1);
    codes.forEach((real, i) => this.note(real, `${step.id}.code${i}`));
    const made = status === 201 || (step.path === '/batch' && status === 200);
    try {
      const body = made ? JSON.parse(text) : {};
      if (status === 201) note(body.objectId, step.id);
      else if (made) body.forEach((item, i) => { if (item?.success?.objectId && !item.success.updatedAt) note(item.success.objectId, `${step.id}.${i}`); });
    } catch {
      // Not JSON: the comparison will tell.
    }
  }

  /** Remembers a new session token, and asks for the id of its session. */
  async learnSession(step, { text }) {
    const tokens = new Set([...text.matchAll(/"sessionToken":"(r:[0-9a-f]{32})"/g)].map(([, token]) => token));
    let more = '';
    for (const token of [...tokens].filter(token => !this.ids.has(token))) {
      const place = `${step.id}${more}`;
      more = `.${this.ids.size}`;
      this.note(token, `${place}.token`);
      const where = encodeURIComponent(JSON.stringify({ sessionToken: token }));
      const found = await this.asMaster('GET', `/classes/_Session?keys=objectId&where=${where}`);
      const id = (/"objectId":"([^"]*)"/.exec(found.text) || [])[1];
      if (id && !this.ids.has(id)) this.note(id, `${place}.session`);
    }
  }

  asMaster(method, path, body) {
    const headers = { 'X-Parse-Application-Id': 'app', 'X-Parse-Master-Key': 'mk', 'Content-Type': 'application/json' };
    return request(`${this.server.url}${path}`, method, headers, body);
  }

  /** Takes back what a program made of the permissions of classes that all programs share. */
  async openSystem({ steps }) {
    const all = Object.fromEntries(['find', 'get', 'count', 'create', 'update', 'delete', 'addField'].map(op => [op, { '*': true }]));
    const body = JSON.stringify({ classLevelPermissions: { ...all, protectedFields: {} } });
    for (const path of new Set(steps.map(step => step.path))) {
      if (/^\/schemas\/_[A-Z]\w+$/.test(path)) await this.asMaster('PUT', path, body);
    }
  }

  /** Deletes the users with a name, an address or an id that is none: it would be taken for all programs to come. */
  async forgetNobody({ steps }) {
    if (!/"(username|email)":(""|null)|"id":""/.test(JSON.stringify(steps))) return;
    for (const where of [{ username: '' }, { username: null }, { email: '' }, { email: null }, { 'authData.anonymous.id': '' }]) {
      const { text } = await this.asMaster('GET', `/users?keys=objectId&limit=1000&where=${encodeURIComponent(JSON.stringify(where))}`);
      for (const [, id] of text.matchAll(/"objectId":"([^"]*)"/g)) await this.asMaster('DELETE', `/users/${encodeURIComponent(id)}`);
    }
  }

  /** Takes back all webhooks. */
  async unhook() {
    const gone = JSON.stringify({ __op: 'Delete' });
    for (const kind of ['functions', 'triggers']) {
      const hooks = JSON.parse((await this.asMaster('GET', `/hooks/${kind}`)).text);
      for (const { functionName, className, triggerName } of hooks) {
        await this.asMaster('PUT', `/hooks/${kind}/${functionName ?? `${className}/${triggerName}`}`, gone);
      }
    }
    await this.server.peer.take(this.server);
  }

  /** Drops the run's classes, so that the next run finds a small schema. */
  async cleanUp(classes) {
    await Promise.all(classes.map(async name => {
      await this.asMaster('DELETE', `/purge/${name}`);
      await this.asMaster('DELETE', `/schemas/${name}`);
    }));
  }
}

function request(url, method, headers, body) {
  return new Promise(resolve => {
    const call = http.request(url, { method, headers: { ...headers, ...(body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) }) }, agent, timeout: TIMEOUT_MS }, answer => {
      const parts = [];
      answer.on('data', part => parts.push(part));
      answer.on('end', () => resolve({ status: answer.statusCode, text: Buffer.concat(parts).toString('utf8') }));
      answer.on('error', error => resolve({ status: 0, text: `connection: ${error.code}` }));
    });
    call.on('timeout', () => call.destroy(Object.assign(new Error('timeout'), { code: 'TIMEOUT' })));
    call.on('error', error => resolve({ status: 0, text: `connection: ${error.code || error.message}` }));
    call.end(body);
  });
}

/**
 * Runs the program up to the first difference that no rule covers.
 * Answers `{sent, equal, known: [{id, key, program, at, theirs, ours}…], difference: null | {type, what, key, at, step, theirs, ours}}`.
 */
async function runProgram(program, servers, rules, show = () => {}) {
  runs += 1;
  const suffix = `_${process.pid.toString(36)}x${runs}q`;
  const [oracle, ours] = servers.map(server => new Side(server, suffix));
  const result = { sent: 0, equal: 0, known: [], difference: null };
  for (const [at, step] of program.steps.entries()) {
    const [theirs, mine] = await Promise.all([oracle.send(step), ours.send(step)]);
    result.sent += 1;
    show(step, theirs, mine);
    const difference = compare(step, theirs, mine);
    if (!difference) {
      result.equal += 1;
      continue;
    }
    const rule = known.find(rules, step, difference, theirs, mine);
    if (!rule) {
      result.difference = { ...difference, at, step, theirs, ours: mine };
      break;
    }
    result.known.push({ id: rule.id, key: difference.key, program, at, theirs, ours: mine });
    if (!rule.continue) break;
  }
  if (program.steps.some(step => step.peer === 'hooks')) await Promise.all([oracle.unhook(), ours.unhook()]);
  await Promise.all([oracle.openSystem(program), ours.openSystem(program)]);
  await Promise.all([oracle.forgetNobody(program), ours.forgetNobody(program)]);
  const names = new Set(JSON.stringify(program.steps).match(/[A-Za-z]\w*§/g));
  const classes = [...names].map(name => name.replace('§', suffix));
  await Promise.all([oracle.cleanUp(classes), ours.cleanUp(classes)]);
  return result;
}

module.exports = { Side, runProgram };
