import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/postgres-server.ts'],
    // A process under test opens a database, sometimes beside 63 others, on a machine that may be busy.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
