// Starts and stops what is compared: parse-server with its database, and Parsimony. Each runs in the run's own directory.
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { keys } from './rows.mjs';

const PG_BIN = process.env.PG_BIN ?? '/usr/lib/postgresql/15/bin';
const PARSE_SERVER = '9.10.0';
const root = process.getuid() === 0;
const quiet = { stdio: ['ignore', 'ignore', 'inherit'] };
const asPostgres = (program, ...args) =>
  root ? execFileSync('runuser', ['-u', 'postgres', '--', join(PG_BIN, program), ...args], { ...quiet, cwd: '/' })
    : execFileSync(join(PG_BIN, program), args, quiet);

/** Installs Debian's PostgreSQL 15 with PostGIS where they are missing. */
function installPostgres() {
  if (!existsSync(join(PG_BIN, 'initdb')) || !existsSync('/usr/share/postgresql/15/extension/postgis.control')) {
    console.error('installing postgresql-15 and postgis');
    execFileSync('apt-get', ['update', '-qq'], quiet);
    const install = ['install', '-y', '-qq', '--no-install-recommends', 'postgresql-15', 'postgresql-15-postgis-3'];
    execFileSync('apt-get', install, { ...quiet, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
  }
}

/** Installs npm parse-server where it is missing; returns npm's directory. */
export function installTheirs(out, given) {
  const dir = given ?? join(out, 'parse-server');
  const manifest = join(dir, 'node_modules/parse-server/package.json');
  if (!given && !existsSync(manifest)) {
    console.error(`installing parse-server ${PARSE_SERVER} into ${dir}`);
    mkdirSync(dir, { recursive: true });
    // Later versions of router break parse-server's batch route.
    const dependencies = { 'parse-server': PARSE_SERVER }, overrides = { router: '2.2.0' };
    writeFileSync(join(dir, 'package.json'), JSON.stringify({ private: true, dependencies, overrides }));
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--silent'], { ...quiet, cwd: dir });
  }
  const { version } = JSON.parse(readFileSync(manifest));
  if (version !== PARSE_SERVER) throw Error(`${dir} holds parse-server ${version}, not ${PARSE_SERVER}`);
  return dir;
}

/** A PostgreSQL cluster of our own, with its default settings; returns the URI of a database and what ends it. */
export function startPostgres(dir, port) {
  installPostgres();
  const data = join(dir, 'pg');
  mkdirSync(data);
  if (root) execFileSync('chown', ['postgres', data]);
  asPostgres('initdb', '-D', data, '-A', 'trust', '-U', 'postgres', '-E', 'UTF8', '--locale=C.UTF-8');
  asPostgres('pg_ctl', '-D', data, '-l', join(data, 'log'), '-w', '-o', `-p ${port} -h 127.0.0.1 -k ${data}`, 'start');
  const at = ['-h', '127.0.0.1', '-p', String(port), '-U', 'postgres'];
  const psql = (database, sql) => asPostgres('psql', ...at, '-d', database, '-qc', sql);
  psql('postgres', 'create database compare');
  psql('compare', 'create extension postgis');
  const stop = () => asPostgres('pg_ctl', '-D', data, '-m', 'fast', '-w', 'stop');
  return [`postgres://postgres@127.0.0.1:${port}/compare`, stop];
}

/** A database of its own in the engine that speaks MongoDB's protocol; returns its URI and what drops it. */
export function mongoDatabase(npm, side) {
  const script = new URL('../../tests/support/mongo-up', import.meta.url).pathname;
  const given = process.env.MONGO_URI ?? execFileSync(script, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim().split('\n').at(-1);
  const uri = new URL(given);
  uri.pathname = `/compare_${process.pid}_${side}`;
  const drop = async () => {
    const { MongoClient } = createRequire(join(npm, 'node_modules/'))('mongodb');
    const client = await MongoClient.connect(uri.href);
    await client.db().dropDatabase();
    await client.close();
  };
  return [uri.href, drop];
}

/** The app's own code, for both servers: a process of its own, whose CPU nobody counts. */
export async function startPeer(port) {
  const child = spawn(process.execPath, [new URL('peer.mjs', import.meta.url).pathname, String(port)], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((done, failed) => child.stdout.once('data', done).once('end', () => failed(Error('the webhooks did not start'))));
  return () => child.kill();
}

const config = (port, databaseURI) => ({
  ...keys, webhookKey: 'compare-webhook', port, databaseURI, serverURL: `http://127.0.0.1:${port}/parse`, allowClientClassCreation: true,
});

/** npm parse-server, as one Node process, as its own command line starts it in production. */
export const theirs = (dir, npm, port, uri, hooks) => new Server('theirs', dir, port, {
  config: config(port, uri),
  command: [process.execPath, join(npm, 'node_modules/parse-server/bin/parse-server')], hooks,
});

/** Parsimony's binary on that database, or on a SQLite file in the run's directory. */
export const ours = (dir, binary, port, uri, hooks) => new Server('ours', dir, port, {
  config: config(port, uri || `sqlite:${join(dir, 'ours.db')}`),
  command: [binary], hooks,
});

/** A server under test: its process, and requests to it that are not measured. */
class Server {
  constructor(name, dir, port, { config, command, hooks }) {
    Object.assign(this, { name, dir, port, hooks: `http://127.0.0.1:${hooks}`, addr: `127.0.0.1:${port}`, log: join(dir, `${name}.log`) });
    Object.assign(this, { counts: {}, failures: [], rounds: {} });
    const file = join(dir, `${name}.json`);
    writeFileSync(file, JSON.stringify(config, null, 2));
    chmodSync(file, 0o600);
    this.command = [...command, file];
  }

  get pid() { return this.child.pid; }

  async start() {
    const log = openSync(this.log, 'a'), [program, ...args] = this.command;
    const env = { ...process.env, NODE_ENV: 'production' };
    this.child = spawn(program, args, { cwd: this.dir, env, stdio: ['ignore', log, log] });
    closeSync(log);
    this.how = undefined;
    this.ended = new Promise(done => this.child.once('exit', done).once('error', done));
    this.ended.then(how => { this.how = how ?? 'a signal'; });
    for (let tries = 0; tries < 600; tries++) {
      if (this.how !== undefined) break;
      const answer = await fetch(`http://${this.addr}/parse/health`).catch(() => null);
      if (answer?.ok && this.how === undefined) return;
      await sleep(100);
    }
    throw Error(`${this.command.join(' ')} did not start (${this.how ?? 'no answer in 60 s'}):\n${this.lastWords()}`);
  }

  assertRunning() {
    if (this.how !== undefined) throw Error(`${this.name} ended under load (${this.how}):\n${this.lastWords()}`);
  }

  lastWords() {
    return readFileSync(this.log, 'utf8').trim().split('\n').slice(-5).join('\n');
  }

  /** Keeps the number of right answers to a row: of all runs, and of the longest. */
  count(row, answered) {
    const counts = (this.counts[row.name] ??= { answered: 0, longest: 0 });
    counts.answered += answered;
    counts.longest = Math.max(counts.longest, answered);
  }

  async stop() {
    if (this.child?.pid === undefined || this.how !== undefined) return;
    this.child.kill('SIGTERM');
    const killer = setTimeout(() => this.child.kill('SIGKILL'), 30_000);
    await this.ended;
    clearTimeout(killer);
  }

  /** The bytes of one HTTP request, as the load client replays it. */
  raw([method, path, body, session]) {
    const text = body === undefined ? '' : JSON.stringify(body);
    const type = text && `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n`;
    const token = session ? `X-Parse-Session-Token: ${session}\r\n` : '';
    const auth = `X-Parse-Application-Id: ${keys.appId}\r\nX-Parse-REST-API-Key: ${keys.restAPIKey}\r\n${token}`;
    return Buffer.from(`${method} /parse${path} HTTP/1.1\r\nHost: ${this.addr}\r\n${auth}${type}\r\n${text}`);
  }

  async ask(method, path, body, session) {
    const headers = {
      ...(path.startsWith('/hooks') && { 'X-Parse-Master-Key': keys.masterKey }),
      'X-Parse-Application-Id': keys.appId, 'X-Parse-REST-API-Key': keys.restAPIKey, 'Content-Type': 'application/json',
      ...(session && { 'X-Parse-Session-Token': session }),
    };
    const answer = await fetch(`http://${this.addr}/parse${path}`, { method, headers, body: body && JSON.stringify(body) });
    return { status: answer.status, body: await answer.json() };
  }
}
