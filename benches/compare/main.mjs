// Runs the comparison: options, seeding, cold starts, interleaved rounds, checks. `run --help` prints the options.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import { cpuMs, memory } from './proc.mjs';
import { median, print } from './report.mjs';
import { canonical, rows, same, seed } from './rows.mjs';
import { installTheirs, mongoDatabase, ours, startPeer, startPostgres, theirs } from './servers.mjs';

const HELP = `usage: benches/compare/run [options]
  --only ours|theirs     one side alone (default: both, interleaved)
  --mongodb              both on MongoDB (MONGO_URI, else tests/support/mongo-up), each on a database of its own
  --rows NAME,…          of ${rows.map(row => row.name).join(', ')} (default: all)
  --rounds N             measured rounds (3)
  --seconds N            length of a row in a round (4)
  --requests N           requests of a row in a round, instead of --seconds
  --warmup N             seconds of each row before the first round, not measured (3)
  --connections N        keep-alive connections (32)
  --starts N             cold starts of ours on the seeded file (10)
  --ours PATH            Parsimony's binary (target/release/parsimony)
  --theirs DIR           a directory whose node_modules holds parse-server (default: installed on first use)
  --port N               first of four ports on 127.0.0.1 (16300)
  --json FILE            the numbers for a machine
  --perf                 after the rounds, one more of ours under perf record -g, one file a row
  --keep                 leave the run's directory (configuration, logs, databases) behind`;

const string = value => ({ type: 'string', default: value });
const known = {
  only: string(), rows: string(rows.map(row => row.name).join()), rounds: string('3'), seconds: string('4'), requests: string(),
  warmup: string('3'), connections: string('32'), starts: string('10'), ours: string(), theirs: string(), port: string('16300'),
  json: string(), mongodb: { type: 'boolean' }, perf: { type: 'boolean' }, keep: { type: 'boolean' }, help: { type: 'boolean' },
};
const options = readOptions();
if (options.help) {
  console.log(HELP);
  process.exit(0);
}
const out = process.env.COMPARE_OUT, load = join(out, 'load'), port = Number(options.port);
const wanted = options.rows.split(',').map(name => rows.find(row => row.name === name) ?? fail(`no row ${name}`));
if (![undefined, 'ours', 'theirs'].includes(options.only)) fail('--only takes ours or theirs');
const dir = mkdtempSync(join(tmpdir(), 'compare-'));
chmodSync(dir, 0o711);
const cleanups = [() => options.keep ? console.error(`kept ${dir}`) : rmSync(dir, { recursive: true, force: true })];

function readOptions() {
  try {
    return parseArgs({ options: known }).values;
  } catch (error) {
    return fail(error.message);
  }
}

function fail(why) {
  console.error(`benches/compare: ${why}`);
  process.exit(2);
}

/** Writes a row's requests where the load client reads them: each its length in 4 bytes, then its bytes. */
function writePlan(server, row, requests) {
  const raws = requests.map(request => server.raw(request));
  const lengths = raws.map(raw => { const length = Buffer.alloc(4); length.writeUInt32LE(raw.length); return length; });
  writeFileSync(planFile(server, row), Buffer.concat(raws.flatMap((raw, i) => [lengths[i], raw])));
}
const planFile = (server, row) => join(dir, `${server.name}.${row.name}.requests`);

/** Has the load client send a row's requests; what it counted. */
async function replay(server, row, connections, limit) {
  const args = ['replay', server.addr, planFile(server, row), connections, limit, row.status, row.marker, row.count];
  const { stdout } = await promisify(execFile)(load, args.map(String));
  const result = JSON.parse(stdout);
  server.count(row, result.requests);
  if (result.errors) server.failures.push(`${row.name}: ${result.errors} errors, the first: ${result.firstError}`);
  return result;
}

/** One row for one length of time or number of requests; CPU is the server's alone, over exactly these requests. */
async function measure(server, row, limit) {
  server.assertRunning();
  const before = cpuMs(server.pid);
  const time = limit.endsWith('s') ? limit : `${options.seconds}s`;
  const beside = row.beside && replay(server, row.beside, row.beside.perCore * cpus().length, time);
  const { requests, seconds, p50, p99 } = await replay(server, row, row.connections ?? options.connections, limit);
  await beside;
  await sleep(100); // what the server does right after its last answer belongs to the row
  server.assertRunning();
  // What is sent beside a row uses CPU too, and it cannot be told whose is whose.
  const cpu = beside ? NaN : cpuMs(server.pid) - before;
  return { perSecond: requests / seconds, p50: p50 / 1000, p99: p99 / 1000, cpu: (cpu / requests) * 1000, requests };
}

/** Asks a row's first request once and compares the answer in full with what was seeded. */
async function checkShape(server, row, data, [request]) {
  const { status, body } = await server.ask(...request), expected = row.expect(data);
  server.count(row, 1);
  if (status === row.status && same(body, expected, row.some)) return;
  const [a, b] = [canonical(body), canonical(expected)];
  let at = 0;
  while (a[at] === b[at] && at < a.length) at++;
  const near = text => text.slice(Math.max(0, at - 60), at + 80);
  server.failures.push(`${row.name}: status ${status}, answer …${near(a)}… where …${near(b)}… was expected`);
}

async function checkCounts(server) {
  for (const row of wanted.filter(row => row.after)) {
    const [path, expected] = row.after(server.counts[row.name]);
    const { body } = await server.ask('GET', path);
    if (body.count !== expected) server.failures.push(`${row.name}: ${body.count} rows stored, ${expected} expected`);
  }
}

/** Brings a server to the start line: seeded, restarted on its data, idle memory taken, answers checked, warm. */
async function prepare(server) {
  cleanups.unshift(() => server.stop());
  await server.start();
  const data = await seed(server);
  await server.stop();
  if (server.name === 'ours') {
    const args = ['start', server.addr, options.starts, ...server.command];
    server.starts = JSON.parse(execFileSync(load, args, { cwd: dir }));
  }
  await server.start();
  await sleep(3000);
  server.assertRunning();
  server.idle = memory(server.pid);
  for (const row of wanted) {
    const requests = row.requests(data);
    writePlan(server, row, requests);
    if (row.beside) writePlan(server, row.beside, row.beside.requests(data));
    await checkShape(server, row, data, requests);
    if (Number(options.warmup)) await measure(server, row, `${options.warmup}s`);
  }
}

/** Records one more round of ours under perf, a file and a text report for each row. */
async function profile(server, limit) {
  const folder = join(out, 'perf');
  mkdirSync(folder, { recursive: true });
  for (const row of wanted) {
    const data = join(folder, `${row.name}.data`);
    const perf = spawn('perf', ['record', '-q', '-g', '-F', '999', '-o', data, '-p', String(server.pid)], { stdio: 'ignore' });
    const ended = new Promise((done, failed) => perf.once('exit', done).once('error', failed));
    ended.catch(() => {});
    await sleep(300);
    await measure(server, row, limit);
    perf.kill('SIGINT');
    await ended.catch(error => { throw Error(`--perf: ${error.message}`); });
    const report = ['report', '-i', data, '--stdio', '--no-children', '-g', 'none', '--percent-limit', '0.5'];
    writeFileSync(join(folder, `${row.name}.txt`), execFileSync('perf', report, { stdio: ['ignore', 'pipe', 'ignore'] }));
  }
  console.log(`perf: ${folder}/*.data, and a flat report of each in *.txt`);
}

async function compare() {
  const [load1] = loadavg(), servers = [];
  if (load1 > 0.5) console.error(`load average ${load1.toFixed(1)}: this machine is not quiet, CPU per request will be too high`);
  const binary = resolve(options.ours ?? join(out, '../release/parsimony'));
  if (options.only !== 'theirs' && !existsSync(binary)) throw Error(`no ${binary}: cargo build --release, or --ours PATH`);
  cleanups.unshift(await startPeer(port + 3));
  const npm = (options.mongodb || options.only !== 'ours') && installTheirs(out, options.theirs && resolve(options.theirs));
  const database = ([uri, end]) => { cleanups.unshift(end); return uri; };
  const mongo = side => database(mongoDatabase(npm, side));
  if (options.only !== 'ours') servers.push(theirs(dir, npm, port, options.mongodb ? mongo('theirs') : database(startPostgres(dir, port + 2)), port + 3));
  const uri = options.mongodb && options.only !== 'theirs' && mongo('ours');
  if (options.only !== 'theirs') servers.push(ours(dir, binary, port + 1, uri, port + 3));
  for (const server of servers) await prepare(server);
  const limit = options.requests ?? `${options.seconds}s`;
  for (let round = 1; round <= Number(options.rounds); round++) {
    for (const row of wanted) {
      for (const server of servers) (server.rounds[row.name] ??= []).push(await measure(server, row, limit));
    }
    console.error(`round ${round} of ${options.rounds} done`);
  }
  await sleep(1000);
  for (const server of servers) server.loaded = memory(server.pid);
  const us = servers.find(server => server.name === 'ours');
  if (options.perf && us) await profile(us, limit);
  for (const server of servers) await checkCounts(server);
  return { servers, driver: uri && await bareDriver(uri) };
}

const summary = server => ({
  rows: Object.fromEntries(wanted.map(({ name }) => {
    const of = key => median(server.rounds[name].map(round => round[key]));
    return [name, { perSecond: of('perSecond'), p50: of('p50'), p99: of('p99'), cpu: of('cpu'), rounds: server.rounds[name] }];
  })),
  idle: server.idle, loaded: server.loaded, failures: server.failures,
  ...(server.starts && { startMs: median(server.starts) / 1000, starts: server.starts.map(us => us / 1000) }),
});

/** What the bare driver takes for the rows that it knows, on what is left in the database of ours. */
async function bareDriver(uri) {
  const program = join(out, 'driver/release/driver'), results = {};
  for (const { name } of wanted.filter(row => row.driver)) {
    const run = promisify(execFile)(program, [uri, name, options.seconds, options.connections]);
    await run.then(({ stdout }) => { results[name] = JSON.parse(stdout); }, error => console.error(`the bare driver, ${name}: ${error.stderr}`));
  }
  return results;
}

async function cleanUp() {
  for (const cleanup of cleanups.splice(0)) await cleanup();
}
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => cleanUp().finally(() => process.exit(130)));
try {
  const { servers, driver } = await compare();
  const result = {
    ...(driver && { driver }),
    machine: { cpu: cpus()[0].model, cores: cpus().length, node: process.version }, connections: Number(options.connections),
    ...Object.fromEntries(servers.map(server => [server.name, summary(server)])),
  };
  if (servers.some(({ name }) => name === 'ours') && wanted.some(({ name }) => name === 'login')) {
    result.bcryptMs = Number(execFileSync(join(out, 'bcrypt/release/bcrypt')));
  }
  print(result, wanted);
  if (options.json) writeFileSync(options.json, JSON.stringify(result, null, 2));
  process.exitCode = servers.some(server => server.failures.length) ? 1 : 0;
} catch (error) {
  console.error(`benches/compare: ${error.message}`);
  process.exitCode = 2;
} finally {
  await cleanUp();
}
