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
    for (const { id, ...seen } of known) {
      if (!this.known.has(id)) this.known.set(id, new Map());
      const classes = this.known.get(id);
      classes.set(seen.key, { count: (classes.get(seen.key)?.count ?? 0) + 1, seen: classes.get(seen.key)?.seen ?? seen });
    }
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
    return [...this.known.values()].reduce((sum, classes) => sum + times(classes), 0);
  }
}

function progress(totals) {
  if (process.stderr.isTTY) process.stderr.write(`\r${summary(totals)} `);
}

const summary = t => `parity: ${t.requests} requests, ${t.equal} equal, ${t.knownCount} known differences, ${t.differences} differences`;

const times = classes => [...classes.values()].reduce((sum, { count }) => sum + count, 0);

/** `covered` names rules whose differences are shown, one of each class. */
function print(totals, seed, covered = []) {
  const classes = [...totals.classes].sort(([, a], [, b]) => b.count - a.count);
  for (const [key, { count, program, difference }] of classes) {
    console.log(`\n== ${count} × ${key}`);
    console.log(`   --seed ${seed} --program ${program.name}`);
    for (const step of program.steps) console.log(`   ${line(step)}`);
    console.log(`   oracle: ${difference.theirs.status} ${cut(difference.theirs.text)}`);
    console.log(`   ours:   ${difference.ours.status} ${cut(difference.ours.text)}`);
  }
  if (totals.known.size > 0) console.log();
  for (const [id, classes] of totals.known) {
    console.log(`known: ${times(classes)} × ${id}`);
    if (covered.includes(id)) for (const entry of classes.values()) printCovered(entry);
  }
  console.log(summary(totals));
}

function printCovered({ count, seen: { key, program, at, theirs, ours } }) {
  console.log(`   ${count} × ${key}\n      --program ${program.name}, ${line(program.steps[at])}\n      oracle: ${theirs.status} ${cut(theirs.text)}\n      ours:   ${ours.status} ${cut(ours.text)}`);
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
