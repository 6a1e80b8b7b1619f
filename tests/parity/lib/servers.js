'use strict';
// Starts and stops what the run compares: npm parse-server (the oracle) and our binary, with equal options.
const { spawn, execFileSync } = require('node:child_process');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');

const VERSIONS = { 'parse-server': '9.10.0', router: '2.2.0' };

/** The node_modules of the oracle: PARITY_MODULES, or a cache directory that is filled once. */
function modules() {
  const given = process.env.PARITY_MODULES;
  const base = given ? path.dirname(path.resolve(given)) : path.join(process.env.XDG_CACHE_HOME || path.join(__dirname, '../../../target'), 'parity-oracle');
  const dir = given ? path.resolve(given) : path.join(base, 'node_modules');
  if (!given && !installed(dir)) {
    fs.mkdirSync(base, { recursive: true });
    fs.writeFileSync(path.join(base, 'package.json'), JSON.stringify({ private: true, dependencies: VERSIONS, overrides: { router: VERSIONS.router } }));
    console.error(`parity: installing parse-server ${VERSIONS['parse-server']} into ${base}`);
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock'], { cwd: base, stdio: ['ignore', 'ignore', 'inherit'] });
  }
  if (!installed(dir)) throw new Error(`${dir} does not hold parse-server ${VERSIONS['parse-server']} with router ${VERSIONS.router}`);
  return dir;
}

function installed(dir) {
  return Object.entries(VERSIONS).every(([name, version]) => {
    try {
      return JSON.parse(fs.readFileSync(path.join(dir, name, 'package.json'), 'utf8')).version === version;
    } catch {
      return false;
    }
  });
}

/** The database of the oracle: MONGO_URI, or what the script MONGO_UP prints as its last line. */
function mongoUri() {
  if (process.env.MONGO_URI) return process.env.MONGO_URI;
  const script = process.env.MONGO_UP || path.join(__dirname, '../../support/mongo-up');
  const lines = execFileSync(script, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim().split('\n');
  return lines[lines.length - 1];
}

function options(port, setup, databaseURI, module, mailUrl) {
  const emailAdapter = setup.mails && { module, options: { url: mailUrl, methods: ['sendMail', 'sendVerificationEmail', 'sendPasswordResetEmail'] } };
  const serverURL = `http://127.0.0.1:${port}/parse`;
  return {
    appId: 'app', masterKey: 'mk', host: '127.0.0.1', port, mountPath: '/parse', serverURL, publicServerURL: serverURL, databaseURI,
    allowClientClassCreation: true, enableSanitizedErrorResponse: false, ...setup.options, ...(setup.auth && { auth: setup.auth }), ...(emailAdapter && { emailAdapter }),
  };
}

/** Starts npm parse-server on the named MongoDB database. */
async function oracle({ port, setup, database, label, peer }) {
  const dir = modules();
  const home = temporary();
  const file = config(options(port, setup, uriOf(database), path.join(__dirname, 'recorder.js'), `${peer.url({ label })}/mail`), home);
  const env = { ...process.env, ...setup.env, TESTING: '1', SILENT: '1', PARSE_SERVER_LOGS_FOLDER: path.join(home, 'logs') };
  return start(label, port, process.execPath, [path.join(dir, 'parse-server/bin/parse-server'), file], { env, home });
}

/** Starts our binary on a URI, on the named MongoDB database, or without either on a fresh SQLite file. */
async function ours({ port, setup, binary, peer, database, uri }) {
  const home = temporary();
  const place = uri ?? (database ? uriOf(database) : `sqlite:${path.join(home, 'parity.db')}`);
  const file = config(options(port, setup, place, 'http-email-adapter', `${peer.url({ label: 'ours' })}/mail`), home);
  return start('ours', port, path.resolve(binary), [file], { env: { ...process.env, ...setup.env }, home });
}

function uriOf(database) {
  const uri = new URL(mongoUri());
  uri.pathname = `/${database}`;
  return uri.href;
}

/** A client of the named MongoDB database: the driver that Parse Server brought. */
function connect(database) {
  const { MongoClient } = require(path.join(modules(), 'mongodb'));
  return MongoClient.connect(uriOf(database));
}

/** Opens the named MongoDB database; answers what `use` does. */
async function withDatabase(database, use) {
  const client = await connect(database);
  try {
    return await use(client.db());
  } finally {
    await client.close();
  }
}

/** Drops a MongoDB database. */
const drop = database => withDatabase(database, db => db.dropDatabase());

const temporary = () => fs.mkdtempSync(path.join(os.tmpdir(), 'parity-'));

function config(content, dir) {
  const file = path.join(dir, 'config.json');
  fs.writeFileSync(file, JSON.stringify(content, null, 2));
  return file;
}

async function start(label, port, command, args, { env, home }) {
  if (await listening(port)) throw new Error(`port ${port} is taken; choose others with --port`);
  const log = path.join(os.tmpdir(), `parity-${label}-${port}.log`);
  const child = spawn(command, args, { env, cwd: home, stdio: ['ignore', fs.openSync(log, 'w'), fs.openSync(log, 'a')] });
  let ended = null;
  child.on('exit', code => { ended = code ?? 'a signal'; });
  child.on('error', error => { ended = error.message; });
  const url = `http://127.0.0.1:${port}/parse`;
  for (let i = 0; i < 600 && ended === null; i += 1) {
    if (await healthy(url)) return { label, url, log, stop: () => stop(child, home), alive: () => ended === null };
    await new Promise(resolve => { setTimeout(resolve, 100); });
  }
  await stop(child, home);
  throw new Error(`${label} did not start (${ended === null ? 'no answer' : ended}); see ${log}`);
}

const healthy = url => fetch(`${url}/health`).then(r => r.status === 200, () => false);

function listening(port) {
  return new Promise(resolve => {
    const socket = net.connect(port, '127.0.0.1');
    socket.on('connect', () => { socket.destroy(); resolve(true); });
    socket.on('error', () => resolve(false));
  });
}

/** Ends the process and takes its files away. */
async function stop(child, home) {
  if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
    await new Promise(resolve => {
      child.on('exit', resolve);
      child.kill('SIGTERM');
      setTimeout(() => child.kill('SIGKILL'), 5000).unref();
    });
  }
  fs.rmSync(home, { recursive: true, force: true });
}

module.exports = { modules, oracle, ours, uriOf, connect, withDatabase, drop };
