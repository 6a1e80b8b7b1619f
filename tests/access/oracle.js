// npm parse-server over the MongoDB protocol, with the options of stage.rs, for filling table.txt:
//   PARITY_MODULES=…/node_modules node tests/access/oracle.js PORT MONGODB_URI
//   TEST_URL=http://127.0.0.1:PORT/parse cargo test --test it access
// The second writes what the server answers into table.txt: into each cell, or behind the slash of a cell with two answers.
'use strict';
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { spawn } = require('node:child_process');

const [port, mongo] = process.argv.slice(2);
const modules = process.env.PARITY_MODULES || path.join(__dirname, '../../target/parity-oracle/node_modules');
const options = JSON.parse(fs.readFileSync(path.join(__dirname, 'options.json'), 'utf8'));

async function main() {
  const { MongoClient } = require(path.join(modules, 'mongodb'));
  const uri = `${mongo.replace(/\/?$/, '/')}access_table`;
  const client = await MongoClient.connect(uri);
  await client.db().dropDatabase();
  await client.close();
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'access-'));
  fs.writeFileSync(path.join(home, 'cloud.js'), "Parse.Cloud.define('hello', () => 'hi');\n");
  const serverURL = `http://127.0.0.1:${port}/parse`;
  const keys = { appId: 'app', masterKey: 'mk', readOnlyMasterKey: 'ro', maintenanceKey: 'mt' };
  const place = { port: +port, host: '127.0.0.1', mountPath: '/parse', serverURL, publicServerURL: serverURL, databaseURI: uri };
  fs.writeFileSync(path.join(home, 'config.json'), JSON.stringify({ ...options, ...keys, ...place, cloud: path.join(home, 'cloud.js') }));
  const env = { ...process.env, TESTING: '1', SILENT: '1', PARSE_SERVER_LOGS_FOLDER: path.join(home, 'logs') };
  const server = spawn(process.execPath, [path.join(modules, 'parse-server/bin/parse-server'), 'config.json'], { cwd: home, env, stdio: 'inherit' });
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => server.kill());
  server.on('exit', (code) => process.exit(code || 0));
}

main();
