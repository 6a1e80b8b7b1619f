'use strict';
// Two answers to one step: equal, equal but for the order of keys, or different, and how.
const json = require('./json');

const YEAR_MS = 365 * 86400e3;
const ISO = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;

const HASH = /\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}/g;

/** The answer's text with the server's address and this run's ids, class suffix, hashes and present times masked. */
function mask(text, { server, suffix, ids, from }) {
  let out = text.replace(HASH, '<hash>').split(suffix).join('§').split(new URL(server.url).host).join('<host>');
  for (const [real, placeholder] of ids) if (out.includes(real)) out = out.split(real).join(placeholder);
  const near = (iso, time) => Math.abs(Date.parse(iso) - time) < 3600e3;
  return out.replace(ISO, iso => (near(iso, from) ? '<now>' : near(iso, from + YEAR_MS) ? '<in a year>' : iso));
}

/** Compares masked answers `{status, text}`; answers null, or `{type, what, key}` where `key` names the class. */
function compare(step, theirs, ours) {
  if (theirs.status !== ours.status) return differ('status', step, theirs, ours);
  if (theirs.text === ours.text) return null;
  let a;
  let b;
  try {
    [a, b] = [json.parse(theirs.text), json.parse(ours.text)];
  } catch {
    return differ('text', step, theirs, ours);
  }
  if (step.lax === 'length') return length(a) === length(b) ? null : differ('length', step, theirs, ours);
  if (canon(a, step, false) === canon(b, step, false)) return null;
  if (canon(a, step, true) === canon(b, step, true)) return step.lax === 'keys' ? null : differ('key order', step, theirs, ours);
  const isError = theirs.status >= 400;
  return differ(isError ? 'error' : 'body', step, theirs, ours, isError ? '' : firstDifference(a, b, step));
}

const length = ([, pairs]) => (pairs.find(([key]) => key === 'results') || [null, ['a', []]])[1][1].length;

/** A text that is equal for values held equal. Columns of a class come in no fixed order on the oracle. */
function canon(value, step, sortKeys, path = '') {
  const [tag, content] = value;
  if (tag === 'a') {
    const items = content.map(item => canon(item, step, sortKeys, `${path}[]`));
    const anyOrder = step.unordered === 'deep' || (step.unordered === 'results' && path === '.results');
    return `[${(anyOrder ? items.sort() : items).join()}]`;
  }
  if (tag !== 'o') return JSON.stringify(content) + tag;
  const pairs = content.map(([key, inner]) => {
    if (step.lax === 'score' && key === 'score') return '"score":*';
    return `${JSON.stringify(key)}:${canon(inner, step, sortKeys, `${path}.${key}`)}`;
  });
  const schemaFields = /schemas/.test(step.path + JSON.stringify(step.body ?? '')) && /(^|\[\]|success)\.(fields|indexes)$/.test(path);
  return `{${(sortKeys || schemaFields ? pairs.sort() : pairs).join()}}`;
}

/** The path at which the two first differ, without indices, and what stands there. */
function firstDifference(a, b, step, path = '') {
  if (a[0] !== b[0]) return `${path}: ${kind(a)} / ${kind(b)}`;
  if (a[0] === 'a') {
    const order = list => (step.unordered === 'deep' || (step.unordered === 'results' && path === '.results')
      ? [...list].sort((x, y) => (canon(x, step, true) < canon(y, step, true) ? -1 : 1)) : list);
    const [x, y] = [order(a[1]), order(b[1])];
    if (x.length !== y.length) return `${path}: ${x.length < y.length ? 'fewer' : 'more'} elements on the oracle`;
    for (let i = 0; i < x.length; i += 1) {
      if (canon(x[i], step, true, `${path}[]`) !== canon(y[i], step, true, `${path}[]`)) return firstDifference(x[i], y[i], step, `${path}[]`);
    }
  } else if (a[0] === 'o') {
    const [x, y] = [new Map(a[1]), new Map(b[1])];
    for (const key of new Set([...x.keys(), ...y.keys()])) {
      if (!x.has(key)) return `${path}.${key}: only ours`;
      if (!y.has(key)) return `${path}.${key}: only the oracle's`;
      if (canon(x.get(key), step, true) !== canon(y.get(key), step, true)) return firstDifference(x.get(key), y.get(key), step, `${path}.${key}`);
    }
  }
  return `${path}: values`;
}

const kind = ([tag, content]) => ({ o: 'object', a: 'array', n: 'number', s: 'string', l: content })[tag];

/** Error texts without what varies between programs, so that one cause is one class. */
function gist({ status, text }) {
  const short = text.length > 200 ? `${text.slice(0, 200)}…` : text;
  return status < 400 ? String(status) : `${status} ${short.replace(/‹[^›]*›|\w+§/g, '#').replace(/\d+(?=[^"]*"\})/g, '9')}`;
}

function differ(type, step, theirs, ours, detail) {
  const what = detail || (type === 'key order' ? '' : `${gist(theirs)} / ${gist(ours)}`);
  return { type, what, key: [type, step.area, step.kind, what].join(' | ') };
}

module.exports = { compare, mask, canon };
