/** Rules over events that flag an account (promise A8). */

export interface Watch extends AsyncDisposable {}
