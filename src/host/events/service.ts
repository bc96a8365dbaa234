/** Events of the service area. */

export const serviceEvents = {} as const;
