/** Reads the sealed logs for an operator who went through the gate (promise A7). */

export interface LogReader extends AsyncDisposable {}
