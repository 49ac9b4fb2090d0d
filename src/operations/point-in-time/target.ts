/** The end of the archive; or a time as pgBackRest and PostgreSQL both read it, `2026-11-24 15:06:02.837111+00`. */
export type Target = string;

const TIME = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d{1,6})?)(?:(Z)|([+-]\d\d)(?::?(\d\d))?)$/;

/**
 * A time in the only form that pgBackRest takes: with any other it does not look for the backup to begin with.
 *
 * @param text such as `2026-11-24T15:06:02Z` or `2026-11-24 16:06:02.5+01:00`
 * @throws RangeError when it is none, or names no zone: restoring to a time an hour off loses an hour
 */
export function readTarget(text: string): Target {
  const [, date, time, zulu, hours = '+00', minutes = '00'] = TIME.exec(text) ?? [];
  const target = `${date} ${time}${zulu ? '+00' : hours}${minutes === '00' ? '' : `:${minutes}`}`;
  if (date === undefined || time === undefined || Number.isNaN(parseTarget(target).getTime())) {
    throw new RangeError(`"${text}" is not a time with its zone, such as 2026-11-24T15:06:02Z.`);
  }
  return target;
}

/** The moment of a target other than `latest`, to the millisecond. */
export function parseTarget(target: Target): Date {
  const [date, time = ''] = target.split(' ');
  return new Date(`${date}T${time.replace(/([+-]\d\d)$/, '$1:00')}`);
}
