import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

/**
 * What happens in the field, case by case, and the tests that hold what is wanted then: files below test/ with a part of
 * a test's name.
 */
const cases: [what: string, ...tests: [file: string, name: string][]][] = [
  [
    'a full disk',
    ['faults/disks.test.ts', 'a write is refused with the path and the room'],
    ['faults/every-call.test.ts', 'a disk that fails at each call in turn'],
  ],
  [
    'a quota, or a limit on the size of files',
    ['faults/disks.test.ts', 'an import beyond it is rolled back'],
  ],
  ['a disk that fails', ['faults/every-call.test.ts', 'whole or not there, and it can be repeated']],
  ['a file or folder that may only be read', ['faults/disks.test.ts', 'writing names the component']],
  [
    'a WAL database that its reader may not write beside',
    ['store/open-limits.test.ts', 'a WAL database in a folder that may not be written can be read'],
  ],
  [
    'no permission for the file, or on the way to it',
    ['faults/disks.test.ts', 'a file that may not even be read, a folder that may not be entered'],
  ],
  [
    'a folder that is missing, or in the place of the file',
    ['cli/environment.test.ts', 'the first use makes it, folders included'],
    ['cli/exit-codes.test.ts', 'a file in place of its folder, and a folder in its own place'],
  ],
  [
    'another content: the header overwritten, a text file',
    ['faults/disks.test.ts', 'is refused or found, and no command changes the file'],
    ['store/open.test.ts', 'a file that must not be touched is refused and stays as it is'],
  ],
  ['a truncated database', ['store/open.test.ts', 'a truncated database']],
  [
    'pages that are damaged in the middle',
    ['cli/db-check.test.ts', 'are written no more once they were met'],
    ['cli/db-check.test.ts', 'that a check finds are marked'],
  ],
  ['an empty file', ['store/open.test.ts', 'is made in an empty file that lies there']],
  ['a database of a newer program', ['cli/exit-codes.test.ts', 'a database that is not ours stays as it is']],
  ['a database of another program', ['store/open.test.ts', 'is refused and stays as it is, to the byte']],
  [
    'a -wal that another database has left',
    ['store/open.test.ts', 'is made beside the WAL of a database that is gone'],
  ],
  ['a copy without its -wal', ['cli/backup-restore.test.ts', 'a file that was copied without its -wal']],
  [
    'a database that is removed under a command',
    ['faults/running.test.ts', 'a database that is moved away under a command that waits'],
  ],
  [
    'a database that is replaced under its writers',
    ['store/drivers.test.ts', 'was moved away or replaced while it was used'],
    ['store/restore.test.ts', 'for connections that are open, whose file stays'],
    ['faults/running.test.ts', 'a restore while others write'],
  ],
  [
    'many that make or migrate a database at once',
    ['store/concurrency.test.ts', '32 that make the same database at once make one'],
    ['store/migrate.test.ts', 'at once'],
  ],
  [
    'SIGKILL or a power cut in the middle of anything',
    ['faults/random-kills.test.ts', 'kills at random moments damage nothing'],
    ['faults/every-call.test.ts', 'whole or not there, and it can be repeated'],
    ['faults/controls.test.ts', 'a power cut does harm'],
  ],
  [
    'an older program at a database that was brought up to date',
    ['cli/spool-later.test.ts', 'the mark of an older one waits for its update'],
    ['store/open-postgres.test.ts', 'of an older or a newer pvt is refused'],
  ],
  [
    'a clock that is set back, or another one',
    ['cli/clock.test.ts', 'a clock that steps back by an hour'],
    ['cli/clock.test.ts', 'a job that ends before it began says so'],
  ],
  ['summer time, odd zones', ['cli/clock.test.ts', 'a local time that does not exist, or exists twice']],
  [
    'files of hundreds of megabytes',
    ['import/large-files.test.ts', 'is stored row by row beside small ones'],
    ['import/read-file.test.ts', 'a file that is too large is refused by its size'],
  ],
  [
    'binary data, NULs, endless lines, byte order marks, UTF-16',
    ['cli/bad-input.test.ts', 'files that hold nothing to read are exit code 6'],
    ['cli/bad-input.test.ts', 'CRLF reports are read as any others'],
    ['parse/measure-stream.test.ts', 'files that would fill the memory'],
  ],
  ['a file that was cut', ['parse/cut-files.test.ts', 'never gives a number that was not in it']],
  [
    'pipes, devices, loops of links in the place of files',
    ['cli/bad-input.test.ts', 'what is no file is told at once, and never waited for'],
    ['cli/bad-input.test.ts', 'a loop of symbolic links is no endless walk'],
  ],
  ['names that are paths', ['cli/hostile-names.test.ts', 'the text of a user is a value to the database']],
  [
    'escapes of terminals in names and files',
    ['cli/hostile-names.test.ts', 'no command prints a control character, in any format'],
  ],
  ['formulas of spreadsheets', ['cli/safe-csv.test.ts', 'text that a spreadsheet would run is disarmed']],
  [
    'SQL in texts',
    ['cli/hostile-names.test.ts', 'never a part of a query'],
    ['store/drivers.test.ts', 'keeps hostile text as text'],
  ],
  [
    'values that are no number, or not finite',
    ['store/drivers.test.ts', 'refuses a number that is not finite'],
    ['render/json.test.ts', 'what is no number, and what is absent, is null'],
  ],
  ['NULs in texts', ['store/drivers.test.ts', 'refuses a NUL character before the engine sees it']],
  ['a reader that leaves', ['cli/pipes.test.ts', "describe('a pipe'"]],
  ['an output that cannot be written', ['cli/pipes.test.ts', 'full']],
  ['a slow reader of a long output', ['cli/pipes.test.ts', 'a pipe and a file get the same']],
  [
    'SIGINT and SIGTERM',
    ['faults/running.test.ts', 'ends an import that waits for a lock at once'],
    ['cli/interruption.test.ts', 'table'],
  ],
  ['closed files', ['cli/pipes.test.ts', 'a command does its work']],
  ['no home, an unknown user', ['cli/environment.test.ts', 'without a home, a name or a terminal type']],
  ['no terminal, another locale', ['cli/environment.test.ts', 'the width of the terminal changes nothing']],
  [
    'names that are not UTF-8',
    ['cli/bad-input.test.ts', 'are named as what they are, and the others are read'],
  ],
  [
    'umask 077 in a folder that a group shares',
    ['faults/disks.test.ts', 'with umask 077 its members write the same database'],
  ],
  ['who holds the lock and does not go on', ['store/drivers.test.ts', 'says who is locked out']],
  ['a history in a pager', ['cli/network-file-system.test.ts', 'left in a pager holds up no writer']],
  [
    'a file server that stalls',
    ['faults/stalled.test.ts', 'marks of the wrapper go on in time'],
    ['faults/stalled.test.ts', 'is made by the next command, once, and with its time'],
  ],
  [
    'a WAL database on a network file system',
    ['cli/network-file-system.test.ts', 'a WAL database there is refused'],
  ],
  [
    'a server that refuses',
    ['store/open-postgres.test.ts', 'that cannot be reached is an error of one line without the password'],
  ],
  ['a server that says nothing', ['store/open-postgres.test.ts', 'is given up after five seconds']],
  [
    'a server that is started again',
    ['faults/server.test.ts', 'a server that crashes and starts again in the middle of an import'],
    ['store/lost-connection.test.ts', 'during the commit is not repeated'],
  ],
  ['a server without a connection left', ['faults/server.test.ts', '200 programs at once']],
  ['passwords', ['cli/secrets.test.ts', 'since the list of processes shows it']],
  ['an empty name of a database', ['cli/environment.test.ts', 'PVT_DB is empty']],
  ['a mark that is made twice', ['cli/stage.test.ts', 'twice']],
  [
    'a spool of many, broken, strange and planted files',
    ['cli/spool.test.ts', 'two that deliver at once, and one that is killed on the way'],
    ['cli/size-limits.test.ts', 'a file of the spool that is too large is put aside unread'],
  ],
  [
    'a job whose process is dead',
    ['cli/job-reap.test.ts', 'a job whose process was killed is judged by its files'],
  ],
  ['two cleanups at once', ['cli/cleanup-running.test.ts', 'a second cleanup says who is at it since when']],
  ['a driver for another Node.js', ['store/open-limits.test.ts', 'that fits this Node.js, one line says so']],
  [
    'a database that was made to harm',
    ['store/open.test.ts', 'no trust in the schema'],
    ['cli/db-check.test.ts', 'names triggers, which are none of ours'],
  ],
  [
    'texts and files beyond all measure',
    ['cli/size-limits.test.ts', 'that is longer is refused, and no job is made'],
    ['cli/size-limits.test.ts', 'with a name beyond all measure are not read'],
  ],
]

test.each(cases)('%s', (_, ...tests) => {
  for (const [file, name] of tests)
    expect(readFileSync(join(import.meta.dirname, '..', file), 'utf8'), file).toContain(name)
})

test('are 58', () => {
  expect(cases).toHaveLength(58)
})
