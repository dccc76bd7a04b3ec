import { configDefaults, defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Minutes of them: npm run test:faults.
    exclude: [...configDefaults.exclude, 'test/faults/**'],
    globalSetup: ['test/support/postgres-server.ts'],
    // A process under test opens a database, sometimes beside 63 others, on a machine that may be busy.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
