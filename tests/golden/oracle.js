// The set-up of http-vectors.txt on npm parse-server over the MongoDB protocol, to prove the replay harness against the
// server that the vectors were recorded from.
//   TESTING=1 node oracle.js FIRST_PORT SECOND_PORT MONGODB_URI WORK_DIR
// ORACLE_MODULES names the node_modules folder that holds parse-server (default /tmp/oracle/node_modules). Starts the two
// servers of the vectors as child processes on emptied databases and prints "ready" once both answer. Mails are appended
// to WORK_DIR/mail.txt, one link a line.
'use strict';
const { fork } = require('child_process');
const fs = require('fs');
const path = require('path');
const modules = process.env.ORACLE_MODULES || '/tmp/oracle/node_modules';
const load = (name) => require(path.join(modules, name));

const MOUNT = 'http://localhost:15995/parse';
const [firstPort, secondPort, mongo, workDir, role] = process.argv.slice(2);

function mailAdapter() {
  const note = (options) => fs.appendFileSync(path.join(workDir, 'mail.txt'), options.link + '\n');
  return {
    sendMail: async () => {},
    sendVerificationEmail: async (options) => note(options),
    sendPasswordResetEmail: async (options) => note(options),
  };
}

function cloud(Parse) {
  const { Cloud, GeoPoint } = Parse;
  Cloud.define('hello', () => 'hi');
  Cloud.define('echo', (r) => ({ params: r.params, user: r.user ? r.user.get('username') : null, master: !!r.master }));
  Cloud.define('undef', () => undefined);
  Cloud.define('errCode', () => { throw new Parse.Error(999, 'custom'); });
  Cloud.define('errString', () => { throw 'str'; });
  Cloud.define('errError', () => { throw new Error('boom'); });
  Cloud.define('errObj', () => { throw { a: 1 }; });
  Cloud.define('err101', () => { throw new Parse.Error(101, 'nf'); });
  const fields = { a: { required: true, type: String }, n: { type: Number, default: 3 } };
  Cloud.define('val', (r) => r.params, { fields });
  Cloud.define('needUser', () => 1, { requireUser: true });
  Cloud.define('needMaster', () => 1, { requireMaster: true });
  Cloud.define('types', () => [new Date(0), new GeoPoint(1, 2), { x: [new Date(1)] }, null]);
  Cloud.beforeSave('Hook', (r) => {
    if (r.object.get('bad')) throw 'no';
    r.object.set('added', 'yes');
    if (r.object.get('drop') !== undefined) r.object.unset('drop');
    if (r.object.get('cnt') !== undefined) r.object.increment('cnt');
  });
  Cloud.afterSave('After', () => {});
  Cloud.beforeDelete('NoDel', () => { throw 'keep'; });
  Cloud.job('job1', () => 'done');
}

const SECOND = {
  verifyUserEmails: true,
  preventLoginWithUnverifiedEmail: true,
  emailVerifyTokenValidityDuration: 3600,
  passwordPolicy: {
    validatorPattern: '^.{4,}$', doNotAllowUsername: true, maxPasswordHistory: 2, resetTokenValidityDuration: 3600,
  },
  accountLockout: { duration: 5, threshold: 2 },
  enableSanitizedErrorResponse: false,
};

async function serve(port, database, extra) {
  const { ParseServer } = load('parse-server');
  const { MongoClient } = load('mongodb');
  const express = load('express');
  const files = load('@parse/fs-files-adapter');
  const uri = mongo.replace(/\/?$/, '/') + database;
  const client = new MongoClient(uri);
  await client.connect();
  await client.db(database).dropDatabase();
  await client.close();
  process.chdir(workDir);
  const server = new ParseServer({
    appId: 'app', masterKey: 'mk', maintenanceKey: 'mt', readOnlyMasterKey: 'ro', appName: 'App', mountPath: '/parse',
    serverURL: MOUNT, publicServerURL: MOUNT, databaseURI: uri, allowClientClassCreation: true, maxLimit: 1000,
    emailAdapter: mailAdapter(), filesAdapter: new (files.default || files)({}), cloud,
    silent: !process.env.ORACLE_LOUD, logsFolder: null, verbose: false, ...extra,
  });
  await server.start();
  const app = express();
  app.use('/parse', server.app);
  app.listen(port, '127.0.0.1', () => process.send('ready'));
}

if (role) {
  serve(role === 'first' ? firstPort : secondPort, 'golden_' + role, role === 'first' ? {} : SECOND);
} else {
  fs.mkdirSync(workDir, { recursive: true });
  fs.writeFileSync(path.join(workDir, 'mail.txt'), '');
  const children = ['first', 'second'].map((name) => fork(__filename, [...process.argv.slice(2), name]));
  const stop = () => { children.forEach((child) => child.kill()); process.exit(); };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  let waiting = children.length;
  for (const child of children) {
    child.on('message', () => { if (--waiting === 0) console.log('ready'); });
    child.on('exit', stop);
  }
}
