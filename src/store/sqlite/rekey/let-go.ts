/** The notice that asks every worker to close an account's file as soon as nothing of it is under way. */

export const LET_GO_TOPIC = "mail/let-go";
