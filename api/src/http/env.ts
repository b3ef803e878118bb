import type { IncomingMessage } from 'node:http';

export type ApiEnv = {
  /** Of each request: see `measure`. */
  Bindings: {
    /** The request as Node has it; there is none where the app is called as a value. */
    incoming?: IncomingMessage;
    /** The pattern of the request's route. */
    route: string;
  };
  Variables: { instance: string };
};
