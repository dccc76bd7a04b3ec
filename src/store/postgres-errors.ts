import { PvtError, codeOf, messageOf } from '../errors.ts'

/** How a server is named to people, and what must never be shown. */
export interface ServerName {
  /** host:port/database, or the socket's folder/database. */
  location: string
  /** The password as it is written in the URL and as it is meant; empty when the URL has none. */
  secrets: string[]
}

/**
 * The server of a `postgres://` URL for people. A URL that cannot be parsed (a password with `/` in it) is never
 * shown before its last `@`: what stands there may be the password.
 */
export function serverName(url: string): ServerName {
  const parsed = parseServerUrl(url)
  if (parsed === null) {
    const at = url.lastIndexOf('@')
    return { location: at === -1 ? 'the PostgreSQL server' : url.slice(at + 1).split('?')[0]!, secrets: [] }
  }
  const query = parsed.searchParams
  const host = query.get('host') ?? (parsed.hostname === '' ? 'localhost' : decode(parsed.hostname))
  const port = query.get('port') ?? (parsed.port === '' ? '5432' : parsed.port)
  const database = decode(parsed.pathname)
  const secrets = [parsed.password, decode(parsed.password), query.get('password') ?? ''].filter(
    (secret) => secret !== '',
  )
  return { location: `${host.startsWith('/') ? host : `${host}:${port}`}${database}`, secrets }
}

/** With the user but no host (a socket's folder stands in `?host=`) it is no URL, but `pg` takes it. Null: neither. */
export function parseServerUrl(url: string): URL | null {
  return (
    [url, url.replace('@/', '@localhost/')]
      .map((text) => (URL.canParse(text) ? new URL(text) : null))
      .find((parsed) => parsed !== null) ?? null
  )
}

/**
 * What the server or the way to it says, as the user sees it; the error itself when it is no fault of the
 * surroundings (a broken constraint, a mistake in the SQL). Codes: postgresql.org/docs, "Error Codes".
 */
export function explainPostgresError(server: ServerName, error: unknown): unknown {
  if (error instanceof PvtError) return error
  const code = codeOf(error)
  const detail = redact(server, messageOf(error))
  const cause = { cause: error }
  if (code !== null && code in byCode) return byCode[code]!(server.location, detail, cause)
  if (code !== null && /^(08|57P)/.test(code)) return unreachable(server.location, detail, cause)
  if (code === null && detail.startsWith('SASL'))
    return refused(server.location, 'no password was found', cause)
  if (code === null && lost.test(detail)) return unreachable(server.location, detail, cause)
  return error
}

/** As above, while connecting: whatever goes wrong there, the server cannot be reached. */
export function explainConnectError(server: ServerName, error: unknown): PvtError {
  const explained = explainPostgresError(server, error)
  if (explained instanceof PvtError) return explained
  return unreachable(server.location, redact(server, messageOf(error)), { cause: error })
}

type Explain = (location: string, detail: string, options: ErrorOptions) => PvtError

const byCode: Record<string, Explain> = {
  ECONNREFUSED: (location, _detail, options) => unreachable(location, 'nothing listens there', options),
  ENOTFOUND: (location, _detail, options) => unreachable(location, 'the host name is not known', options),
  EAI_AGAIN: (location, _detail, options) =>
    unreachable(location, 'host names cannot be looked up now', options),
  ENOENT: (location, _detail, options) => unreachable(location, 'there is no such socket', options),
  EACCES: (location, _detail, options) => refused(location, 'the socket may not be used', options),
  EHOSTUNREACH: unreachable,
  ENETUNREACH: unreachable,
  ETIMEDOUT: unreachable,
  ECONNRESET: unreachable,
  EPIPE: unreachable,
  '28P01': refused,
  '28000': refused,
  '42501': refused,
  '25006': (location, _detail, options) =>
    new PvtError(
      'permission',
      `${location}: the database is read-only (a standby server, or default_transaction_read_only)`,
      'name the primary server with --db or PVT_DB',
      options,
    ),
  '3D000': (location, _detail, options) =>
    new PvtError(
      'database_unreachable',
      `${location}: there is no database of this name on the server`,
      'make it (createdb), or correct the name in --db or PVT_DB',
      options,
    ),
  '53100': diskFull,
  '53300': (location, _detail, options) =>
    new PvtError(
      'database_unreachable',
      `${location}: the server has no connection left`,
      'try again later, or ask for a higher max_connections or a pooler',
      options,
    ),
  '53200': unreachable,
  '25P03': unreachable,
  '57014': (location, _detail, options) =>
    new PvtError(
      'database_unreachable',
      `${location}: a statement was cancelled, by its time limit of 60 seconds or by an administrator`,
      'try again when the server is less busy',
      options,
    ),
  '55P03': locked,
  '40001': locked,
  '40P01': locked,
  '22021': (location, detail, options) =>
    new PvtError('bad_input', `${location}: ${detail}`, 'remove the character from the text', options),
  '54000': (location, detail, options) =>
    new PvtError(
      'bad_input',
      `${location}: ${detail}`,
      'a text is too long for the server: shorten it',
      options,
    ),
  XX001: corrupt,
  XX002: corrupt,
}

/** What `pg` itself says when a connection is gone, without a code. */
const lost = /connection terminated|timeout expired|read timeout|not queryable|closed the connection/i

/**
 * Whether the connection itself is gone: the server was restarted, somebody ended the session, the network broke. What
 * was not committed is rolled back by the server then. `error`: the driver's, or ours with the driver's as its cause.
 */
export function isConnectionLost(error: unknown): boolean {
  const cause = error instanceof PvtError ? error.cause : error
  const code = codeOf(cause)
  if (code !== null) return /^(08|57P0[123]|25P03|ECONNRESET|EPIPE)/.test(code)
  return /connection terminated|connection error|closed the connection/i.test(messageOf(cause))
}

/** The connection broke while a change was being made final: nobody can tell whether it is. */
export function uncertain(location: string, cause: unknown): PvtError {
  return new PvtError(
    'database_unreachable',
    `${location}: the connection broke during a commit; whether the last change is stored is not certain`,
    'look (pvt history, pvt job log), and repeat the command if the change is not there',
    { cause },
  )
}

function unreachable(location: string, detail: string, options?: ErrorOptions): PvtError {
  const silent = /timeout expired/.test(detail)
  return new PvtError(
    'database_unreachable',
    `${location}: ${silent ? 'the server does not answer (5 seconds)' : detail}`,
    'look whether the server runs and the network is up, or name another database with --db or PVT_DB',
    options,
  )
}

function refused(location: string, detail: string, options: ErrorOptions): PvtError {
  return new PvtError(
    'permission',
    `${location}: ${detail}`,
    'look at user and password (PGUSER, PGPASSWORD, ~/.pgpass) and at the rights of the user in this database',
    options,
  )
}

function locked(location: string, detail: string, options: ErrorOptions): PvtError {
  return new PvtError(
    'database_locked',
    `${location}: the rows are locked by another connection (${detail})`,
    'try again; pg_stat_activity shows who has a transaction open',
    options,
  )
}

function diskFull(location: string, _detail: string, options: ErrorOptions): PvtError {
  return new PvtError(
    'disk_full',
    `${location}: the disk of the server is full`,
    'free some space there; nothing was changed',
    options,
  )
}

function corrupt(location: string, detail: string, options: ErrorOptions): PvtError {
  return new PvtError(
    'database_corrupt',
    `${location}: ${detail}`,
    'restore the last backup of the server',
    options,
  )
}

/** One line without secrets; AggregateError (all addresses of a host failed) has no text of its own. */
function redact({ secrets }: ServerName, text: string): string {
  const line = text.split('\n')[0]!
  const clean = secrets.reduce((rest, secret) => rest.replaceAll(secret, '***'), line)
  return clean === '' ? 'no connection' : clean
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
