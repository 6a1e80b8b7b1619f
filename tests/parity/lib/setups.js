'use strict';
// The configurations in which both servers are started, one after the other. `kind` says which programs a set-up gets (gen/),
// `share` how many of the requests of a run; with `providers` there are more of those (lib/providers.js).

// Two servers share no clock: what a cache knows longer than a moment would differ by chance.
const GUARDED = { readOnlyMasterKey: 'ro', maintenanceKey: 'mt', restAPIKey: 'rk', javascriptKey: 'jk', cacheTTL: 1 };
const accounts = (share, options) => ({ kind: 'accounts', share, custom: options.allowCustomObjectId === true, options: { ...GUARDED, ...options } });

const mails = (share, options) => ({ kind: 'mails', share, custom: false, mails: true, options: { ...GUARDED, appName: 'App', ...options } });

const SETUPS = {
  plain: { kind: 'data', share: 10, custom: false, options: {} },
  custom: { kind: 'data', share: 10, custom: true, options: { allowCustomObjectId: true } },
  accounts: accounts(8, {}),
  ids: accounts(3, { allowCustomObjectId: true }),
  sanitized: accounts(2, { enableSanitizedErrorResponse: true, enforcePrivateUsers: false }),
  lockout: accounts(1, { accountLockout: { duration: 5, threshold: 2 } }),
  policy: accounts(1, { passwordPolicy: { validatorPattern: '^.{6,}$', doNotAllowUsername: true, maxPasswordHistory: 2, maxPasswordAge: 30 } }),
  open: accounts(2, { enforcePrivateUsers: false, revokeSessionOnPasswordReset: false, expireInactiveSessions: false }),
  protected: accounts(2, { enforcePrivateUsers: false, protectedFields: { _User: { '*': ['nick', 'tags'], authenticated: ['nick', 'age'] } } }),
  owner: accounts(1, { enforcePrivateUsers: false, protectedFieldsOwnerExempt: false, protectedFields: { _User: { '*': ['email', 'nick'] } } }),
  providers: { ...accounts(4, { enforcePrivateUsers: false }), providers: true },
  closed: accounts(1, { allowClientClassCreation: false, enableAnonymousUsers: false }),
  hooks: { kind: 'hooks', share: 6, custom: false, options: { ...GUARDED, webhookKey: 'wk' } },
  mails: mails(3, { verifyUserEmails: true }),
  strict: mails(2, {
    verifyUserEmails: true, preventLoginWithUnverifiedEmail: true, emailVerifyTokenValidityDuration: 3600, emailVerifyTokenReuseIfValid: true,
    passwordPolicy: { resetTokenValidityDuration: 3600, resetTokenReuseIfValid: true, resetPasswordSuccessOnInvalidEmail: false, validatorPattern: '^(pw|new)$' },
  }),
};

// Each set-up gets programs of its own from one seed.
Object.entries(SETUPS).forEach(([name, setup], i) => Object.assign(setup, { name, salt: i * 7919 }));

module.exports = { SETUPS };
