import type { TrustedDocument } from "../../gateway/documents";
import accessLogId from "../../gateway/documents/AccessLog.graphql";
import logReadersId from "../../gateway/documents/LogReaders.graphql";
import type { AccessLogQuery, AccessLogQueryVariables, LogReadersQuery, LogReadersQueryVariables } from "../../gateway/generated";

// Beside the screen that uses them: what lies in gateway/documents.ts is fetched by every page.
export const AccessLog: TrustedDocument<AccessLogQuery, AccessLogQueryVariables> = { id: accessLogId };
export const LogReaders: TrustedDocument<LogReadersQuery, LogReadersQueryVariables> = { id: logReadersId };
