/** Timeouts and retries shared by every AWS client: no call may outlast the function that makes it. */
export const CLIENT_DEFAULTS = {
  maxAttempts: 3,
  requestHandler: {
    connectionTimeout: 1_000,
    requestTimeout: 5_000,
    httpsAgent: { maxSockets: 64 },
    httpAgent: { maxSockets: 64 },
  },
} as const;
