/** What an operator does with keys: look, rotate, rekey an account, put the root in escrow. */

export interface KeyCare extends AsyncDisposable {}
