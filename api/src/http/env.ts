/** What the middleware leaves for the handlers: the request's id and the pattern of its route. */
export type ApiEnv = { Variables: { instance: string; route: string } };
