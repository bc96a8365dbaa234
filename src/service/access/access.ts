/** The gate for staff: every command that could lead to content or to a log-in goes through it (promise A7). */

export interface Access extends AsyncDisposable {}
