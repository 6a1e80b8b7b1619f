'use strict';
// Where a push goes out in several groups (languages, badges) or batches, Parse Server writes what came of each as it comes: in which order the counts
// stand is chance then. Such rows are compared with their counts in order.
const TAIL = ['count', 'numFailed', 'sentPerType', 'failedPerType'];

/** Does Parse Server send it in parts? */
const inParts = (setup, request) => setup === 'scheduled' || /"(alert|title)-|increment/i.test(JSON.stringify(request));

function ordered(line) {
  const at = line.indexOf('{');
  const row = at < 0 ? undefined : parse(line.slice(at));
  if (!row) return line;
  const counts = TAIL.filter(key => key in row).map(key => [key, row[key] instanceof Object ? Object.fromEntries(Object.entries(row[key]).sort()) : row[key]]);
  const rest = Object.entries(row).filter(([key]) => !TAIL.includes(key));
  return line.slice(0, at) + JSON.stringify(Object.fromEntries([...rest, ...counts]));
}

function parse(text) {
  try {
    return JSON.parse(text.replace(/:<now ms>/g, ':"<now ms>"'));
  } catch {
    return undefined;
  }
}

module.exports = { inParts, ordered };
