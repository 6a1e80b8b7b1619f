'use strict';
// JSON read without losing what JSON.parse drops: the order of integer-like keys and how a number is written.
// A value becomes ['o', [[key, value], …]], ['a', [value, …]], ['n', text], ['s', text] or ['l', 'true' | 'false' | 'null'].

function parse(text) {
  let at = 0;
  const space = () => { while (' \t\n\r'.includes(text[at]) && at < text.length) at += 1; };
  const fail = () => { throw new SyntaxError(`JSON at ${at}`); };
  const eat = char => { if (text[at] !== char) fail(); at += 1; };

  function string() {
    const from = at;
    eat('"');
    while (text[at] !== '"') {
      if (at >= text.length) fail();
      at += text[at] === '\\' ? 2 : 1;
    }
    at += 1;
    return JSON.parse(text.slice(from, at));
  }

  function list(close, item) {
    const items = [];
    at += 1;
    space();
    while (text[at] !== close) {
      items.push(item());
      space();
      if (text[at] === ',') { at += 1; space(); } else if (text[at] !== close) fail();
    }
    at += 1;
    return items;
  }

  function value() {
    space();
    if (text[at] === '{') {
      return ['o', list('}', () => { const key = string(); space(); eat(':'); return [key, value()]; })];
    }
    if (text[at] === '[') return ['a', list(']', value)];
    if (text[at] === '"') return ['s', string()];
    const [token] = /^[-+\w.]+/.exec(text.slice(at, at + 40)) || fail();
    at += token.length;
    return ['true', 'false', 'null'].includes(token) ? ['l', token] : ['n', token];
  }

  const result = value();
  space();
  if (at !== text.length) fail();
  return result;
}

module.exports = { parse };
