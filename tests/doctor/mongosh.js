#!/usr/bin/env node
'use strict';
// Stands in for mongosh: runs one script against a database, `db.getCollection(…)` being all that it knows, each call after the
// other as there. The driver is that of PARITY_MODULES.
const path = require('node:path');
const { MongoClient } = require(path.join(process.env.PARITY_MODULES, 'mongodb'));

async function main([uri, , script]) {
  const client = await MongoClient.connect(uri);
  let last = Promise.resolve();
  const inTurn = collection => new Proxy(collection, {
    get: (target, name) => (...args) => {
      if (name === 'find') return target.find(...args);
      const method = name === 'renameCollection' ? 'rename' : name;
      last = last.then(() => target[method](...args));
      return last;
    },
  });
  const db = { getCollection: name => inTurn(client.db().collection(name)) };
  await new Function('db', `return ${script}`)(db);
  await last;
  await client.close();
}

main(process.argv.slice(2)).catch(error => { console.error(error.message); process.exit(1); });
