import type { TestProject } from 'vitest/node'
import { startPostgres } from './postgres-cluster.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** A PostgreSQL user who may make databases, in the database `postgres`. */
    postgresAdminUrl: string
  }
}

/** vitest's globalSetup: one server for all tests; each test makes its own database in it (databases.ts). */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres()
  project.provide('postgresAdminUrl', server.adminUrl)
  return () => server.stop()
}
