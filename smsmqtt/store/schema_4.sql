-- What happened moves along when the clock is set, like what is still to come. What an older version kept stays: boot 0
-- is none.

alter table raw_texts add column received_boot integer not null default 0;
alter table texts add column received_boot integer not null default 0;
alter table messages add column final_boot integer;
alter table timeline add column at_boot integer not null default 0;
alter table announcements add column at_boot integer not null default 0;
alter table balance_requests add column created_boot integer not null default 0;
alter table balance_replies add column at_boot integer not null default 0;

-- A text that is told as something else, as a credit reply is.

alter table texts add column withdrawn integer not null default 0;
