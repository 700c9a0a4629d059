import Requests from "./Requests";

/** 本人からの請求, of everybody, of one case and of one sheet, by the names of their addresses. */
export const requests = () => <Requests />;
export const caseRequests = ({ id }: { id: string }) => <Requests about={{ caseId: id, consultationId: null, participantId: null }} />;
export const sheetRequests = ({ id }: { id: string }) => <Requests about={{ caseId: null, consultationId: id, participantId: null }} />;
