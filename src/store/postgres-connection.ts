import pg from 'pg'
import { codeOf } from '../errors.ts'
import { type ServerName, explainConnectError, isConnectionLost } from './postgres-errors.ts'
import { retry } from './retry.ts'

/**
 * Connects to a server; asks again for a moment when it is crowded or just starting. `again`: the server was there a
 * moment ago, so that one that refuses is being restarted.
 * @throws PvtError `database_unreachable` or `permission`; the password is in no message.
 */
export async function connect(
  url: string,
  server: ServerName,
  { again = false, timeoutMs = 5_000 }: { again?: boolean; timeoutMs?: number | undefined } = {},
): Promise<pg.Client> {
  const passing = (error: unknown): boolean =>
    crowded.has(codeOf(error) ?? '') ||
    (again && (isConnectionLost(error) || codeOf(error) === 'ECONNREFUSED'))
  try {
    return await retry({ attempts: 8, pauseMs: 200, passing }, () => connectOnce(url, timeoutMs))
  } catch (error) {
    throw explainConnectError(server, error)
  }
}

/** No connection left, starting up: gone in a moment, when 64 jobs start at once. */
const crowded = new Set(['53300', '57P03'])

async function connectOnce(url: string, timeoutMs: number): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'pvt',
    connectionTimeoutMillis: timeoutMs,
    // Only for a server that falls silent: its own limit, statement_timeout, comes first.
    query_timeout: 70_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types: { getTypeParser: typeParser },
  })
  // Without a listener a server that goes away is an uncaught exception; the query at work gets the error as well.
  client.on('error', () => undefined)
  try {
    await client.connect()
    return client
  } catch (error) {
    client.end().catch(() => undefined)
    throw error
  }
}

type Parser = (text: string) => unknown

/** bigint (counts), numeric (sums of bigints) and boolean as SQLite has them: numbers. */
const ownParsers = new Map<number, Parser>([
  [20, Number],
  [1700, Number],
  [16, (text) => (text === 't' ? 1 : 0)],
])

const driversParser = pg.types.getTypeParser as (oid: number, format: string) => Parser

const typeParser = (oid: number, format: 'text' | 'binary' = 'text'): Parser =>
  (format === 'text' ? ownParsers.get(oid) : undefined) ?? driversParser(oid, format)
