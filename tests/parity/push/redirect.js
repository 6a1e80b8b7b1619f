'use strict';
// Loaded into npm parse-server before all else: what it sends to Apple and Google goes to the port PUSH_SERVICES of this machine.
const http2 = require('node:http2');
const tls = require('node:tls');

const HOSTS = /^(fcm|oauth2)\.googleapis\.com$|^api\.(sandbox\.)?push\.apple\.com$/;
const { connect } = tls;
const { connect: session } = http2;

tls.connect = (...args) => {
  const options = typeof args[0] === 'object' ? args[0] : { ...args.find(arg => arg && typeof arg === 'object'), port: args[0], host: args[1] };
  if (!HOSTS.test(options.host)) return connect(...args);
  const callback = args.find(arg => typeof arg === 'function');
  return connect({ ...options, host: '127.0.0.1', port: Number(process.env.PUSH_SERVICES), servername: options.host }, callback);
};

// Firebase's client says `https:` for the scheme, which Google's servers bear and Node's do not.
http2.connect = (...args) => {
  const made = session(...args);
  const { request } = made;
  made.request = (headers, ...more) => request.call(made, { ...headers, ':scheme': 'https' }, ...more);
  return made;
};
