// The rows of the comparison: the data both servers are seeded with, what each row sends, and what a right answer is.

/** Parse's keys and the mount path, the same on both sides. */
export const keys = { appId: 'compare', restAPIKey: 'compare-rest', masterKey: 'compare-master' };

const SCORES = 1000, PLAYERS = 100, FOUND = 100, BATCH = 50, USERS = 20;
/** How many different bodies a row of writes cycles through. */
const BODIES = 1000, BATCHES = 200;
const times = (count, make) => Array.from({ length: count }, (_, i) => make(i));
const text = value => (typeof value === 'object' ? JSON.stringify(value) : value);
const query = parts => Object.entries(parts).map(([key, value]) => `${key}=${encodeURIComponent(text(value))}`).join('&');

/** A row of ten fields, one of each common type. */
const score = (i, playerId) => ({
  playerName: `Player number ${i}`,
  score: (i * 7919) % 100_000,
  rating: i / 8 + 0.0625,
  cheatMode: i % 3 === 0,
  round: i % (SCORES / FOUND),
  note: `A note of ordinary length on game ${i}, as an app would store it.`,
  tags: ['alpha', `tag${i % 17}`, 'omega'],
  stats: { kills: i % 31, deaths: i % 13, weapon: { name: 'bow', level: i % 9 } },
  playedAt: { __type: 'Date', iso: new Date(1.7e12 + i * 60_000).toISOString() },
  location: { __type: 'GeoPoint', latitude: (i % 170) - 85 + 0.5, longitude: (i % 350) - 175 + 0.25 },
  ...(playerId && { player: { __type: 'Pointer', className: 'Player', objectId: playerId } }),
});
const player = i => ({ name: `Player ${i}`, email: `p${i}@example.com`, level: i % 60, active: i % 2 === 0, badges: ['a', 'b'] });

/** Seeds a server; returns the ids and rows that the requests and their checks need. */
export async function seed(server) {
  const createAll = async (className, rows) => {
    const ids = [];
    for (let i = 0; i < rows.length; i += BATCH) {
      const requests = rows.slice(i, i + BATCH).map(body => ({ method: 'POST', path: `/parse/classes/${className}`, body }));
      const { status, body } = await server.ask('POST', '/batch', { requests });
      if (status !== 200 || !body.every(one => one.success)) throw Error(`seeding ${className}: ${JSON.stringify(body)}`);
      ids.push(...body.map(one => one.success.objectId));
    }
    return ids;
  };
  const players = await createAll('Player', times(PLAYERS, player));
  const rows = times(SCORES, i => score(i, players[i % PLAYERS]));
  const scores = await createAll('GameScore', rows);
  const updates = await createAll('UpdatedScore', rows.map(row => ({ ...row, score: 0 })));
  for (const className of ['CreatedScore', 'BatchedScore']) await createAll(className, [rows[0]]);
  const users = [];
  for (const login of times(USERS, credentials)) users.push({ ...login, ...await made(server, '/users', login) });
  await nestRoles(server, users[0]);
  const hooks = server.hooks;
  await made(server, '/hooks/functions', { functionName: 'sum', url: `${hooks}/sum` }, 200);
  await made(server, '/hooks/triggers', { className: 'HookedScore', triggerName: 'beforeSave', url: `${hooks}/check` }, 200);
  await createAll('HookedScore', [rows[0]]);
  const guarded = rows.map((row, i) => ({ ...row, ACL: { [`role:${i % 2 ? 'Board' : 'Staff'}`]: { read: true } } }));
  await createAll('GuardedScore', guarded);
  return { players, scores, updates, rows, users, readable: guarded.filter((_, i) => i % 2 === 0) };
}

const credentials = i => ({ username: `benchuser${i}`, password: `the password of ${i}` });

async function made(server, path, object, wanted = 201) {
  const { status, body } = await server.ask('POST', path, object);
  if (status !== wanted) throw Error(`seeding ${path}: ${JSON.stringify(body)}`);
  return body;
}

/** The user is in the Team, which the Division holds, which the Staff holds; the Board is somebody else's. */
async function nestRoles(server, user) {
  const holding = (className, { objectId }) => ({ __op: 'AddRelation', objects: [{ __type: 'Pointer', className, objectId }] });
  let within = await made(server, '/roles', { name: 'Team', ACL: {}, users: holding('_User', user) });
  for (const name of ['Division', 'Staff']) within = await made(server, '/roles', { name, ACL: {}, roles: holding('_Role', within) });
  await made(server, '/roles', { name: 'Board', ACL: {} });
}

const found = (rows, map = row => row) => ({ results: rows.map(map) });
const inRound = (data, round) => data.rows.filter(row => row.round === round);
const withPlayer = row => ({ ...row, player: { __type: 'Object', className: 'Player', ...player(Number(row.playerName.match(/\d+/)) % PLAYERS) } });
const find = parts => ['GET', `/classes/GameScore?${query(parts)}`];
const itself = ({ username, objectId }) => ({ username, ACL: { [objectId]: { read: true, write: true } } });
const login = {
  status: 200, marker: '"sessionToken":"r:', count: 1,
  requests: data => data.users.map(({ username, password }) => ['POST', '/login', { username, password }]),
};
const countOf = (className, where = {}) => `/classes/${className}?${query({ where, limit: 0, count: 1 })}`;

/**
 * name: as --rows takes it. requests: what is sent, in a cycle. status, marker, count: what every answer is checked
 * for under load. expect: what the first request's answer says, asked once before the load (ids and dates of the
 * server's own making left out); with some, the answer holds so many of the expected results. after: a count to ask for when all is done and what it must be,
 * given the right answers of all runs and of the longest (each run begins with the first request). A fourth part of a
 * request is the session token. driver: the bare driver can do it, too (driver/). beside: what is sent meanwhile, not measured, over so many connections a core.
 */
export const rows = [
  {
    driver: true, name: 'create', title: 'create', status: 201, marker: '"objectId":"', count: 1,
    requests: data => times(BODIES, i => ['POST', '/classes/CreatedScore', score(i, data.players[i % PLAYERS])]),
    expect: () => ({}),
    after: ({ answered }) => [countOf('CreatedScore'), 1 + answered],
  },
  {
    driver: true, name: 'get', title: 'get', status: 200, marker: '"playerName":"Player number ', count: 1,
    requests: data => data.scores.map(id => ['GET', `/classes/GameScore/${id}`]),
    expect: data => data.rows[0],
  },
  {
    driver: true, name: 'update', title: 'update', status: 200, marker: '"updatedAt":"', count: 1,
    requests: data => data.updates.map((id, i) => ['PUT', `/classes/UpdatedScore/${id}`, { score: 1 + i, cheatMode: i % 2 === 0 }]),
    expect: () => ({}),
    after: ({ longest }) => [countOf('UpdatedScore', { score: { $gt: 0 } }), Math.min(longest, SCORES)],
  },
  {
    driver: true, name: 'find100', title: `find ${FOUND}`, status: 200, marker: '"playerName":"Player number ', count: FOUND,
    requests: () => times(SCORES / FOUND, i => find({ skip: i * FOUND, limit: FOUND })),
    expect: data => found(data.rows),
    some: FOUND,
  },
  {
    name: 'findwhere', title: `find ${FOUND}, where, order`, status: 200, marker: '"playerName":"Player number ', count: FOUND,
    requests: () => times(SCORES / FOUND, i => find({ where: { round: i }, order: '-score', limit: FOUND })),
    expect: data => found(inRound(data, 0)),
  },
  {
    name: 'find1', title: 'find 1', status: 200, marker: '"playerName":"Player number ', count: 1,
    requests: data => data.rows.map(row => find({ where: { playerName: row.playerName }, limit: 1 })),
    expect: data => found([data.rows[0]]),
  },
  {
    name: 'find1id', title: 'find 1 by objectId', status: 200, marker: '"playerName":"Player number ', count: 1,
    requests: data => data.scores.map(objectId => find({ where: { objectId }, limit: 1 })),
    expect: data => found([data.rows[0]]),
  },
  {
    driver: true, name: 'include', title: `find ${FOUND}, include`, status: 200, marker: '"email":"p', count: FOUND,
    requests: () => times(SCORES / FOUND, i => find({ where: { round: i }, include: 'player', limit: FOUND })),
    expect: data => found(inRound(data, 0), withPlayer),
  },
  {
    name: 'acl', title: `find ${FOUND} of ${SCORES / 2} by nested roles`, status: 200, marker: '"playerName":"Player number ', count: FOUND,
    requests: ({ users }) => times(SCORES / 2 / FOUND, i => ['GET', `/classes/GuardedScore?${query({ skip: i * FOUND, limit: FOUND })}`, undefined, users[0].sessionToken]),
    expect: data => found(data.readable),
    some: FOUND,
  },
  {
    name: 'me', title: 'users/me', status: 200, marker: '"username":"benchuser', count: 1,
    requests: ({ users }) => users.map(user => ['GET', '/users/me', undefined, user.sessionToken]),
    expect: ({ users }) => itself(users[0]),
  },
  { name: 'login', title: 'login', ...login, expect: ({ users }) => itself(users[0]) },
  {
    name: 'storm', title: 'get, 10 logins a core beside', status: 200, marker: '"playerName":"Player number ', count: 1, connections: 4,
    requests: data => data.scores.map(id => ['GET', `/classes/GameScore/${id}`]),
    expect: data => data.rows[0],
    beside: { name: 'stormlogins', ...login, perCore: 10 },
  },
  {
    name: 'function', title: 'function by webhook', status: 200, marker: '"result":{"sum":', count: 1,
    requests: () => times(BODIES, i => ['POST', '/functions/sum', { a: i, b: 1 }]),
    expect: () => ({ result: { sum: 1 } }),
  },
  {
    name: 'hooked', title: 'create, beforeSave by webhook', status: 201, marker: '"checked":true', count: 1,
    requests: data => times(BODIES, i => ['POST', '/classes/HookedScore', score(i, data.players[i % PLAYERS])]),
    expect: () => ({ checked: true }),
    after: ({ answered }) => [countOf('HookedScore', { checked: true }), 1 + answered],
  },
  {
    name: 'batch', title: `batch of ${BATCH}`, status: 200, marker: '"success":', count: BATCH,
    requests: data => times(BATCHES, i => ['POST', '/batch', {
      requests: times(BATCH, j => ({ method: 'POST', path: '/parse/classes/BatchedScore', body: score(i * BATCH + j, data.players[j]) })),
    }]),
    expect: () => times(BATCH, () => ({ success: {} })),
    after: ({ answered }) => [countOf('BatchedScore'), 1 + answered * BATCH],
  },
];

/** Whether two answers say the same; with some, whether the answer holds so many of the expected results. */
export function same(answer, expected, some) {
  if (!some) return canonical(answer) === canonical(expected);
  const known = new Set(expected.results.map(canonical)), given = new Set(answer.results?.map(canonical));
  return given.size === some && answer.results.length === some && [...given].every(row => known.has(row));
}

/** The JSON of an answer with object keys sorted, rows sorted, and what each server makes up for itself left out. */
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const own = ['objectId', 'createdAt', 'updatedAt', 'sessionToken'];
  const field = key => `${JSON.stringify(key)}:${key === 'results' ? value.results.map(canonical).sort() : canonical(value[key])}`;
  return `{${Object.keys(value).filter(key => !own.includes(key)).sort().map(field)}}`;
}
