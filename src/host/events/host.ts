/** Events of the host area. */

export const hostEvents = {} as const;
