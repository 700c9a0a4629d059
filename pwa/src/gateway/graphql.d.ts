declare module "*.graphql" {
  /** SHA-256 of the document's text. */
  const id: string;
  export default id;
}
