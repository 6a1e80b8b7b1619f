'use strict';
// One server and its services: sends the requests of a scenario, waits until nothing happens any more, and tells all that came of it as text
// that is equal for two servers that do the same.
const fs = require('node:fs');
const path = require('node:path');
const credentials = require('../lib/credentials');
const servers = require('../lib/servers');
const installations = require('./installations');

const ENDED = ['succeeded', 'failed', 'scheduled'];
/** How long nothing may happen for a push to have ended, ms: when its row says so, and when it does not. */
const QUIET_MS = { ended: 250, open: 1500 };
const LOOK_MS = 50;
/** Rows of one batch come in any order. */
const ORDER = (a, b) => (a.query + a.payload < b.query + b.payload ? -1 : a.query + a.payload > b.query + b.payload ? 1 : a._created_at - b._created_at);
const HOUR_MS = 3600e3;
const KEPT = ['_Installation', '_Audience'];
const ISO = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z?/g;

class Observed {
  /** `start` starts the server anew, `hooks` is the peer that plays webhooks; `server.label` is its name there. */
  constructor(server, start, services, hooks, db) {
    Object.assign(this, { server, start, services, hooks, db, from: Date.now() });
  }

  async prepare() {
    await installations.make((...args) => this.ask(...args), this.db);
    this.before = new Map(await Promise.all(KEPT.map(async name => [name, await installations.shot(this.db, name)])));
  }

  async ask(method, route, body, headers = credentials.headers({ as: 'master' })) {
    const all = { 'X-Parse-Application-Id': 'app', 'X-Parse-REST-API-Key': 'rk', ...headers };
    const answer = await this.send({ method, path: route, body, headers: all });
    if (answer.status >= 300) throw new Error(`${method} ${route}: ${answer.status} ${answer.text}`);
    return JSON.parse(answer.text);
  }

  async send({ method = 'POST', path: route = '/push', body, raw, as = 'master', headers = credentials.headers({ as }) }) {
    const text = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    try {
      const answer = await fetch(this.server.url + route, { method, body: text, headers: { ...headers, ...(text !== undefined && { 'Content-Type': 'application/json' }) } });
      const told = [...answer.headers].filter(([name]) => /^x-parse|^location$/.test(name));
      return { status: answer.status, headers: Object.fromEntries(told.sort()), text: await answer.text() };
    } catch ({ message, cause }) {
      return { status: 0, text: String(cause?.code ?? message) };
    }
  }

  /** Sends a scenario; answers what came of it, part by part. */
  async run({ hooks = {}, steps, ...step }) {
    const known = new Set(await this.ids());
    for (const [trigger, answer] of Object.entries(hooks)) await this.hook(trigger, answer);
    const answers = [];
    for (const one of steps ?? [step]) answers.push(await this.send(one));
    const rows = await this.settled(known);
    const died = await this.revive();
    const told = answers.map(({ headers }) => headers?.['x-parse-push-status-id']).filter(Boolean);
    this.names = new Map([...new Set([...told, ...rows.map(({ _id }) => String(_id))])].map((id, i) => [id, `‹push ${i}›`]));
    const read = await Promise.all(rows.map(({ _id }) => this.send({ method: 'GET', path: `/classes/_PushStatus/${_id}` })));
    const seen = {
      died,
      answers: this.lines(answers),
      status: this.lines(read.map(({ status, text }) => `${status} ${text}`)),
      raw: this.lines(rows.map(row => this.write(row))),
      sent: this.lines(this.services.asked.splice(0)).sort(),
      ...Object.fromEntries(await Promise.all(KEPT.map(async name => [name, await this.changed(name)]))),
      asked: this.lines(await this.hooks.take(this.server)).sort(),
    };
    for (const trigger of Object.keys(hooks)) await this.unhook(trigger);
    return seen;
  }

  /** A server that has ended is started again; answers what it said at its end. */
  async revive() {
    if (this.server.alive()) return [];
    const last = fs.readFileSync(this.server.log, 'utf8').trim().split('\n').filter(line => /^[A-Z]\w*Error/.test(line)).at(-1);
    await this.server.stop();
    this.server = await this.start();
    return [last ?? 'it ended'];
  }

  async hook(trigger, answer) {
    const [className, triggerName] = trigger.split('.');
    await this.ask('POST', '/hooks/triggers', { className, triggerName, url: `${this.hooks.url(this.server)}/${answer}` });
  }

  unhook(trigger) {
    return this.ask('PUT', `/hooks/triggers/${trigger.replace('.', '/')}`, { __op: 'Delete' });
  }

  async ids() {
    return (await this.db.collection('_PushStatus').find({}, { projection: { _id: 1 } }).toArray()).map(({ _id }) => String(_id));
  }

  /** The rows of pushes that are not yet known, when nothing has happened for a while. */
  async settled(known) {
    let last;
    for (let since = Date.now(); ;) {
      const rows = (await this.db.collection('_PushStatus').find({}, { promoteValues: false }).toArray()).filter(({ _id }) => !known.has(String(_id)));
      const rest = await Promise.all(KEPT.map(async name => [...await installations.shot(this.db, name)]));
      const now = this.write({ rows, rest, asked: this.services.asked.length });
      if (now !== last) [last, since] = [now, Date.now()];
      const ended = rows.every(({ status }) => ENDED.includes(status));
      if (Date.now() - since > (ended ? QUIET_MS.ended : QUIET_MS.open)) return rows.sort(ORDER);
      await new Promise(done => { setTimeout(done, LOOK_MS); });
    }
  }

  /** What a scenario changed in a collection, which is then made what it was. */
  async changed(name) {
    const before = this.before.get(name);
    const now = await installations.shot(this.db, name);
    const differing = [...new Set([...before.keys(), ...now.keys()])].filter(id => this.write(before.get(id)) !== this.write(now.get(id))).sort();
    await installations.restore(this.db, name, differing.map(id => before.get(id)).filter(Boolean));
    return differing.map(id => this.mask(`${id}: ${this.difference(before.get(id) ?? {}, now.get(id) ?? {})}`));
  }

  difference(before, now) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(now)])].filter(key => key !== '_updated_at');
    const value = (of, key) => (key in of ? this.write(of[key]) : 'none');
    const differing = keys.filter(key => value(before, key) !== value(now, key)).map(key => `${key}: ${value(before, key)} => ${value(now, key)}`);
    return [...differing, ...(this.write(before._updated_at) === this.write(now._updated_at) ? ['updatedAt as it was'] : [])].join(', ');
  }

  write(value) {
    const { EJSON } = require(path.join(servers.modules(), 'bson'));
    return value === undefined ? 'none' : EJSON.stringify(value, { relaxed: false });
  }

  lines(list) {
    return list.map(one => this.mask(typeof one === 'string' ? one : JSON.stringify(one)));
  }

  /** Without ids of pushes, present times, and what is drawn by lot. */
  mask(text) {
    let out = text.split(new URL(this.server.url).host).join('<host>').split(`/${this.server.label}/`).join('/<label>/');
    for (const [id, name] of this.names ?? []) out = out.split(id).join(name);
    const near = time => Math.abs(time - this.from) < HOUR_MS;
    out = out.replace(ISO, iso => (near(Date.parse(iso.endsWith('Z') ? iso : `${iso}Z`)) ? '<now>' : iso));
    out = out.replace(/\b\d{13}\b/g, ms => (near(Number(ms)) ? '<now ms>' : ms)).replace(/\b\d{10}\b/g, s => (near(Number(s) * 1000) ? '<now s>' : s));
    return out.replace(/(push_id\\*":\\*")[A-Za-z0-9]{10}/g, '$1<push id>');
  }
}

module.exports = { Observed };
