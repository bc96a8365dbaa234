/** Audits what rests and how old it is, and states the result signed (promise D2). */

export interface Retention extends AsyncDisposable {}
