'use strict';
// A mail adapter for npm parse-server that hands what it is called with to the peer, as ours does by itself.
const METHODS = ['sendMail', 'sendVerificationEmail', 'sendPasswordResetEmail'];

module.exports = ({ url, methods = METHODS }) => Object.fromEntries(METHODS.filter(name => methods.includes(name)).map(name => [name, async mail => {
  const body = { ...mail, ...(mail.user && { user: { __type: 'Object', className: '_User', ...mail.user.toJSON() } }) };
  await fetch(`${url}/${name}`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ args: [body] }) });
}]));
