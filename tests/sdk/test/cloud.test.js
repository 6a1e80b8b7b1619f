'use strict';
// Cloud Code by webhook, as the SDK sees it: functions, their parameters and errors, hooks that change what is saved.
const { test, before, after } = require('node:test');
const assert = require('node:assert/strict');
const http = require('node:http');
const { Parse, className, cleanUp, rejects, master, reload } = require('./support');

const answers = {
  '/sum': ({ params }) => ({ success: params.numbers.reduce((a, b) => a + b, 0) }),
  '/who': ({ user, master: isMaster }) => ({ success: { name: user?.username ?? null, isMaster } }),
  '/when': () => ({ success: { __type: 'Date', iso: '2020-01-01T00:00:00.000Z' } }),
  '/row': ({ params }) => ({ success: { __type: 'Object', className: params.name, objectId: 'made123456', n: 1 } }),
  '/fail': () => ({ error: 'not today' }),
  '/check': ({ object }) => (object.n < 0 ? { error: 'n is negative' } : { success: { n: object.n, checked: true } }),
};
let server;
let url;

before(async () => {
  server = http.createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    response.end(JSON.stringify(answers[request.url](JSON.parse(body))));
  });
  await new Promise(done => { server.listen(0, '127.0.0.1', done); });
  url = `http://127.0.0.1:${server.address().port}`;
  for (const name of ['sum', 'who', 'when', 'row', 'fail']) await Parse.Hooks.createFunction(name, `${url}/${name}`);
});

after(async () => {
  for (const { functionName } of await Parse.Hooks.getFunctions()) await Parse.Hooks.removeFunction(functionName);
  await cleanUp();
  server.closeAllConnections();
  server.close();
});

test('a function gets its parameters and answers', async () => {
  assert.equal(await Parse.Cloud.run('sum', { numbers: [1, 2, 3] }), 6);
  const when = await Parse.Cloud.run('when');
  assert.ok(when instanceof Date && when.getTime() === Date.UTC(2020, 0));
});

test('a function may answer with an object', async () => {
  const row = await Parse.Cloud.run('row', { name: className('Row') });
  assert.ok(row instanceof Parse.Object);
  assert.deepEqual([row.id, row.get('n')], ['made123456', 1]);
});

test('a function knows who asks', async () => {
  const user = await Parse.User.signUp(`cloud${Date.now()}`, 'pw');
  const sessionToken = user.getSessionToken();
  assert.deepEqual(await Parse.Cloud.run('who', {}, { sessionToken }), { name: user.getUsername(), isMaster: false });
  assert.deepEqual(await Parse.Cloud.run('who', {}, master), { name: null, isMaster: true });
});

test('what a function throws is an error of Parse', async () => {
  await rejects(Parse.Cloud.run('fail'), Parse.Error.SCRIPT_FAILED, 'not today');
  await rejects(Parse.Cloud.run('none'), Parse.Error.SCRIPT_FAILED, 'Invalid function: "none"');
});

test('a beforeSave changes and refuses', async () => {
  const name = className('Checked');
  await Parse.Hooks.createTrigger(name, 'beforeSave', `${url}/check`);
  const object = await new Parse.Object(name).save({ n: 1, dropped: 2 });
  assert.equal(object.get('checked'), true);
  assert.equal((await reload(object)).get('dropped'), undefined);
  await rejects(object.save({ n: -1 }), Parse.Error.SCRIPT_FAILED, 'n is negative');
  await Parse.Hooks.removeTrigger(name, 'beforeSave');
  await object.save({ n: -1 });
  assert.equal((await reload(object)).get('n'), -1);
});
