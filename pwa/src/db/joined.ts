/** One of several requests of a transaction: should a later one throw, the transaction tells it, not this promise alone. */
export function joined<Result>(request: Promise<Result>): Promise<Result> {
  request.catch(() => undefined);
  return request;
}
