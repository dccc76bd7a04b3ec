/** A violated limit that somebody accepts for a while: a row of the table `waivers`. It is of a domain. */
export interface Waiver {
  waiver_id: string
  domain_path: string
  measurement: string
  /** A glob over point names; null: every point. */
  point: string | null
  reason: string
  /** The last instant at which it counts, ISO 8601 UTC. */
  until: string
  waived_by: string
  waived_at: string
}

/** Whether it counts at the instant `now` (ISO 8601 UTC). */
export const isInForce = ({ until }: Pick<Waiver, 'until'>, now: string): boolean => now <= until
