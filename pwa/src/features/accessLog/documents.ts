import type { TrustedDocument } from "../../gateway/documents";
import accessLogId from "../../gateway/documents/AccessLog.graphql";
import logReadersId from "../../gateway/documents/LogReaders.graphql";
import type { AccessLogQuery, AccessLogQueryVariables, LogReadersQuery, LogReadersQueryVariables } from "../../gateway/generated";

// Beside the screen that uses them: what lies in gateway/documents.ts is fetched by every page.
export const AccessLog = accessLogId as TrustedDocument<AccessLogQuery, AccessLogQueryVariables>;
export const LogReaders = logReadersId as TrustedDocument<LogReadersQuery, LogReadersQueryVariables>;
