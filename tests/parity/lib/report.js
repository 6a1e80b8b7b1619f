'use strict';
// Counts, and what is printed at the end.

class Totals {
  constructor() {
    this.requests = 0;
    this.equal = 0;
    this.known = new Map();
    this.classes = new Map();
  }

  add({ sent, equal, known }) {
    this.requests += sent;
    this.equal += equal;
    for (const id of known) this.known.set(id, (this.known.get(id) || 0) + 1);
  }

  /** Counts one difference; answers whether its class is new. */
  note(key) {
    const entry = this.classes.get(key) || { count: 0 };
    entry.count += 1;
    this.classes.set(key, entry);
    return entry.count === 1;
  }

  keep(key, shown) {
    Object.assign(this.classes.get(key), shown);
  }

  get differences() {
    return [...this.classes.values()].reduce((sum, { count }) => sum + count, 0);
  }

  get knownCount() {
    return [...this.known.values()].reduce((sum, count) => sum + count, 0);
  }
}

function progress(totals) {
  if (process.stderr.isTTY) process.stderr.write(`\r${summary(totals)} `);
}

const summary = t => `parity: ${t.requests} requests, ${t.equal} equal, ${t.knownCount} known differences, ${t.differences} differences`;

function print(totals, seed) {
  const classes = [...totals.classes].sort(([, a], [, b]) => b.count - a.count);
  for (const [key, { count, program, difference }] of classes) {
    console.log(`\n== ${count} × ${key}`);
    console.log(`   --seed ${seed} --program ${program.name}`);
    for (const step of program.steps) console.log(`   ${line(step)}`);
    console.log(`   oracle: ${difference.theirs.status} ${cut(difference.theirs.text)}`);
    console.log(`   ours:   ${difference.ours.status} ${cut(difference.ours.text)}`);
  }
  if (totals.known.size > 0) console.log();
  for (const [id, count] of totals.known) console.log(`known: ${count} × ${id}`);
  console.log(summary(totals));
}

function line({ id, method, path, query, body, raw, headers, as, master, installation, sdk }) {
  const parts = [id, `[${as ?? (master ? 'master' : 'client')}${installation ? ` on ${installation}` : ''}]`, sdk ? `${method} (text/plain)` : method, path];
  for (const part of [query, body, headers]) if (part !== undefined) parts.push(JSON.stringify(part));
  if (raw !== undefined) parts.push(`raw ${JSON.stringify(raw)}`);
  return parts.join(' ');
}

const cut = text => (text.length > 1200 ? `${text.slice(0, 1200)}… (${text.length} characters)` : text);

/** Prints one step with both answers, one of them when they are alike. */
function show(step, theirs, ours) {
  console.log(line(step));
  console.log(`   oracle: ${theirs.status} ${cut(theirs.text)}`);
  if (ours.text !== theirs.text || ours.status !== theirs.status) console.log(`   ours:   ${ours.status} ${cut(ours.text)}`);
}

module.exports = { Totals, progress, print, show };
