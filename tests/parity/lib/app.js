'use strict';
// What an app on npm parse-server has of its own beside its database: a job, and somebody who carries pushes. Both leave rows behind.
Parse.Cloud.job('nightly', ({ params, message }) => {
  if (params.fail) throw new Error('no night');
  message(`counted ${params.n}`);
});

module.exports = {
  getValidPushTypes: () => ['ios', 'android'],
  send: async (body, installations) => installations.map(({ deviceType, deviceToken }, i) => ({ transmitted: i % 2 === 0, device: { deviceType, deviceToken }, response: { error: 'gone' } })),
};
