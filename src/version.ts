import { version } from '../package.json'

/** The version of this program, from its package. */
export const programVersion: string = version
