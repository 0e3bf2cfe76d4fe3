import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    env: {
      CDK_VALIDATION: 'false',
      AWS_REGION: 'eu-west-1',
      POWERTOOLS_SERVICE_NAME: 'test',
      POWERTOOLS_METRICS_NAMESPACE: 'Countersign',
      POWERTOOLS_LOG_LEVEL: 'SILENT',
    },
  },
});
