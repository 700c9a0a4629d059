-- 訂正の付記 (個人情報保護法92条): what an approved 訂正 notes at a sheet, of which what was told stays. Written once, never
-- changed; it goes with the sheet's words.
create table sheet_amendment_told (
    request_id      uuid primary key references sheet_request,
    consultation_id uuid not null references consultation,
    words           text not null
);
create index sheet_amendment_by_consultation on sheet_amendment_told (consultation_id);
grant select, insert, delete on sheet_amendment_told to {app};
