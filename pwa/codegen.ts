import type { CodegenConfig } from "@graphql-codegen/cli";

const config: CodegenConfig = {
  schema: process.env.BANSO_SCHEMA ?? "../gateway/schema.graphql",
  documents: "src/gateway/documents/*.graphql",
  generates: {
    "src/gateway/generated.ts": {
      plugins: ["typescript-operations"],
      config: {
        enumType: "string-literal",
        scalars: { ID: "string", DateTime: "string", Date: "string", JSON: "Record<string, unknown>" },
        skipTypename: true,
        useTypeImports: true,
      },
    },
  },
};

export default config;
