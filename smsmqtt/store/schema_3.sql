-- News stay for a day after they were handed over: for those who come back and ask what they missed.
-- owed: the broker does not have it yet.

alter table announcements add column owed integer not null default 1;
alter table announcements add column at integer not null default 0;
create index announcements_owed on announcements (id) where owed = 1;

-- Texts received that went by unheard; published again once Home Assistant is back, within a day.
create table missed_texts (
    text_id text primary key references texts (id) on delete cascade,
    since integer not null,
    since_boot integer not null
);
