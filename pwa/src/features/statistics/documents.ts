import type { TrustedDocument } from "../../gateway/documents";
import statisticsId from "../../gateway/documents/Statistics.graphql";
import type { StatisticsQuery, StatisticsQueryVariables } from "../../gateway/generated";

// Beside the screen that uses it: what lies in gateway/documents.ts is fetched by every page.
export const Statistics = statisticsId as TrustedDocument<StatisticsQuery, StatisticsQueryVariables>;
