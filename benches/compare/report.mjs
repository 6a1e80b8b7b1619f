// Prints the numbers of a comparison as a person reads them.

export const median = numbers => {
  const sorted = [...numbers].sort((a, b) => a - b), middle = sorted.length / 2;
  return sorted.length % 2 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
};

const grouped = number => (Number.isNaN(number) ? '–' : number < 10 ? number.toFixed(2) : number < 100 ? number.toFixed(1) : Math.round(number).toLocaleString('en-US'));
const ratio = (much, little) => (Number.isNaN(much / little) ? '–' : `${grouped(much / little)} ×`);

function table(lines) {
  const widths = lines[0].map((_, column) => Math.max(...lines.map(line => line[column].length)));
  const pad = (cell, column) => (column < 2 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]));
  for (const line of lines) console.log(line.map(pad).join('  ').trimEnd());
}

const names = { theirs: 'parse-server', ours: 'parsimony' };

/** Medians of the rounds; the ratio stands under a row that both sides ran: more requests, less time, less CPU of ours. */
export function print(result, rows) {
  const sides = ['theirs', 'ours'].filter(side => result[side]), both = sides.length === 2;
  const lines = [['row', 'server', 'requests/s', 'p50 ms', 'p99 ms', 'CPU-ms/1,000']];
  for (const { name, title } of rows) {
    const of = side => result[side].rows[name];
    for (const side of sides) {
      const { perSecond, p50, p99, cpu } = of(side);
      lines.push([side === sides[0] ? title : '', names[side], ...[perSecond, p50, p99, cpu].map(grouped)]);
    }
    if (both) {
      const [a, b] = [of('theirs'), of('ours')];
      lines.push(['', 'ratio', ratio(b.perSecond, a.perSecond), ratio(a.p50, b.p50), ratio(a.p99, b.p99), ratio(a.cpu, b.cpu)]);
    }
  }
  console.log(`\n${result.machine.cpu}, ${result.machine.cores} cores, Node ${result.machine.node}, ${result.connections} connections\n`);
  table(lines);
  const memory = [['memory, MB', 'server', 'resident', 'anonymous', 'file', 'anonymous + file']];
  for (const [key, title] of [['idle', 'idle'], ['loaded', 'after load']]) {
    for (const side of sides) {
      const { rss, anon, file } = result[side][key];
      memory.push([side === sides[0] ? title : '', names[side], ...[rss, anon, file, anon + file].map(grouped)]);
    }
    if (both) memory.push(['', 'ratio', ratio(result.theirs[key].rss, result.ours[key].rss), '', '', '']);
  }
  console.log();
  table(memory);
  if (result.ours) {
    const { starts, startMs } = result.ours;
    const text = `${grouped(startMs)} ms (${grouped(Math.min(...starts))} to ${grouped(Math.max(...starts))})`;
    console.log(`\nstart to first answer on the seeded file, median of ${starts.length}: ${text}`);
  }
  for (const [name, { perSecond, cpu }] of Object.entries(result.driver ?? {})) {
    const over = result.ours.rows[name].cpu / cpu;
    console.log(`bare driver, ${name}: ${grouped(perSecond)} requests/s, ${grouped(cpu)} CPU-ms/1,000; ours takes ${grouped(over)} × of it`);
  }
  if (result.bcryptMs) {
    const each = result.ours.rows.login.cpu / 1000, over = (each / result.bcryptMs - 1) * 100;
    console.log(`\nlogin: ${each.toFixed(2)} ms CPU, of which bcrypt alone takes ${result.bcryptMs.toFixed(2)}: ${over.toFixed(1)} % over it`);
  }
  for (const side of sides) for (const failure of result[side].failures) console.log(`\nFAILED ${names[side]}: ${failure}`);
}
