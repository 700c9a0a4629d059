/** The list with one code put in or taken out, in the list's own order. */
export function toggled(values: readonly string[], code: string, order: readonly string[]): string[] {
  return order.filter((each) => (each === code ? !values.includes(code) : values.includes(each)));
}
