// An app's own code as webhooks: `sum` is a function, `check` a beforeSave that adds a field, `after` an afterSave.
import { createServer } from 'node:http';

const answers = {
  '/sum': ({ params }) => ({ sum: params.a + params.b }),
  '/check': ({ object }) => ({ ...object, checked: true }),
  '/after': () => true,
};

const server = createServer((request, response) => {
  const parts = [];
  request.on('data', part => parts.push(part)).on('end', () => {
    const success = answers[request.url](JSON.parse(Buffer.concat(parts)));
    const body = JSON.stringify({ success });
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }).end(body);
  });
});
// Connections that are not used are kept for longer than a run pauses.
server.keepAliveTimeout = 60_000;
server.listen(Number(process.argv[2]), '127.0.0.1', () => console.log('ready'));
