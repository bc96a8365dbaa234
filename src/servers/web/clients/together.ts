/** Several applications as one: the first that has a path answers it. */
import type { WebApplication } from "../respond.ts";

export const together = (...applications: readonly WebApplication[]): WebApplication => ({
  has: (path) => applications.some((one) => one.has(path)),
  answer(request, response) {
    const path = request.url?.split("?", 1)[0] ?? "";
    const application = applications.find((one) => one.has(path));
    if (application === undefined) throw new Error("an application was asked for a path that it has not");
    return application.answer(request, response);
  },
});
