'use strict';
// Makes a program that shows a difference shorter: steps are left out as long as the same class of difference stays.
const { runProgram } = require('./run-program');

/** At most `budget` further runs. Answers `{program, difference, sent}`. */
async function shrink(program, difference, servers, rules, budget = 40) {
  let steps = program.steps.slice(0, difference.at + 1);
  let best = difference;
  let sent = 0;
  let left = budget;

  async function still(candidate) {
    if (left === 0) return false;
    left -= 1;
    const result = await runProgram({ ...program, steps: candidate }, servers, rules);
    sent += result.sent;
    if (!result.difference || result.difference.key !== difference.key) return false;
    best = result.difference;
    steps = candidate.slice(0, result.difference.at + 1);
    return true;
  }

  // Halves first, then ever smaller pieces, from the front: what matters is mostly near the end.
  for (let size = Math.ceil(steps.length / 2); size >= 1 && left > 0; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < steps.length - 1 && left > 0;) {
      const end = Math.min(at + size, steps.length - 1);
      const candidate = [...steps.slice(0, at), ...steps.slice(end)];
      if (!(await still(candidate))) at += size;
    }
  }
  return { program: { ...program, steps }, difference: best, sent };
}

module.exports = { shrink };
