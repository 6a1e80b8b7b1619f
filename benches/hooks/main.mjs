// Parsimony under writes with webhooks: what it answers, what memory it takes, second by second.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { cpuMs, memory } from '../compare/proc.mjs';
import { ours, startPeer } from '../compare/servers.mjs';

const HELP = `usage: benches/hooks/run [--rate 2000] [--seconds 60] [--warmup 15] [--ours target/release/parsimony] [--port 16400]
exit status 1: an answer was wrong, a row is missing, or memory rose by more than 2 MB from the first third to the last`;
const string = value => ({ type: 'string', default: value });
const { values: options } = parseArgs({
  options: {
    rate: string('2000'), seconds: string('60'), warmup: string('15'), connections: string('32'), ours: string(), port: string('16400'),
    help: { type: 'boolean' },
  },
});
if (options.help) {
  console.log(HELP);
  process.exit(0);
}
const out = process.env.COMPARE_OUT, port = Number(options.port), dir = mkdtempSync(join(tmpdir(), 'hooks-'));
const server = ours(dir, resolve(options.ours ?? join(out, '../release/parsimony')), port, undefined, port + 1);
const stopPeer = await startPeer(port + 1);
const mean = list => list.reduce((sum, one) => sum + one, 0) / list.length;

async function load(limit) {
  const args = ['replay', server.addr, join(dir, 'requests'), options.connections, limit, '201', '"checked":true', '1'];
  return JSON.parse((await promisify(execFile)(join(out, 'load'), args)).stdout);
}

/** The class, its hooks, and the requests. */
async function prepare() {
  for (const [triggerName, path] of [['beforeSave', 'check'], ['afterSave', 'after']]) {
    const hook = { className: 'Hooked', triggerName, url: `${server.hooks}/${path}` };
    const { status, body } = await server.ask('POST', '/hooks/triggers', hook);
    if (status !== 200) throw Error(JSON.stringify(body));
  }
  const requests = Array.from({ length: 1000 }, (_, i) => {
    const raw = server.raw(['POST', '/classes/Hooked', { n: i, text: `text number ${i}`, tags: ['a', 'b'] }]), length = Buffer.alloc(4);
    length.writeUInt32LE(raw.length);
    return [length, raw];
  });
  writeFileSync(join(dir, 'requests'), Buffer.concat(requests.flat()));
}

async function run() {
  await server.start();
  await prepare();
  console.log(`idle ${memory(server.pid).rss.toFixed(1)} MB`);
  const first = await load(`${options.warmup}s@${options.rate}`);
  const rss = [];
  const looking = setInterval(() => rss.push(memory(server.pid)), 1000);
  const cpu = cpuMs(server.pid), result = await load(`${options.seconds}s@${options.rate}`);
  clearInterval(looking);
  const spent = (cpuMs(server.pid) - cpu) / result.requests;
  const { body } = await server.ask('GET', `/classes/Hooked?where=${encodeURIComponent('{"checked":true}')}&limit=0&count=1`);
  const third = Math.floor(rss.length / 3), anon = rss.map(one => one.anon);
  const rise = mean(anon.slice(-third)) - mean(anon.slice(0, third));
  const missing = first.requests + result.requests - body.count, errors = first.errors + result.errors;
  console.log(`${result.requests} writes, ${(result.requests / result.seconds).toFixed(0)}/s, ${errors} errors${result.firstError ? ` (${result.firstError})` : ''}, ${missing} missing`);
  console.log(`p50 ${(result.p50 / 1000).toFixed(1)} ms, p99 ${(result.p99 / 1000).toFixed(1)} ms, CPU ${spent.toFixed(3)} ms a write`);
  console.log(`anonymous memory, MB, every ten seconds: ${anon.filter((_, i) => i % 10 === 0).map(mb => mb.toFixed(1)).join(' ')}`);
  console.log(`from the first third to the last: ${rise.toFixed(2)} MB; resident at the end ${rss.at(-1).rss.toFixed(1)} MB`);
  if (errors || missing || rise > 2) process.exitCode = 1;
}

try {
  await run();
} finally {
  await server.stop();
  stopPeer();
  rmSync(dir, { recursive: true, force: true });
}
