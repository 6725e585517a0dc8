-- Times are milliseconds since 1970 in UTC; yes and no are 1 and 0.
-- A column ending in _boot holds the boot in which the time beside it was set: see boots.

create table meta (
    key text primary key,
    value text not null
);

-- Wall clock minus time since boot, in milliseconds: a change within one boot is a clock step.
create table boots (
    nr integer primary key autoincrement,
    boot_id text not null,
    offset_ms integer not null
);

create table orders (
    id text primary key,
    digest text not null,
    accepted_at integer not null,
    accepted_boot integer not null
);

create table messages (
    nr integer primary key autoincrement,
    id text not null unique,
    order_id text not null references orders (id),
    recipient text not null,
    body text not null,
    line text,
    line_fixed integer not null,
    urgent integer not null,
    flash integer not null,
    report integer not null,
    on_uncertain text not null,
    resent integer not null,
    created_at integer not null,
    send_at integer,
    valid_until integer,
    valid_until_boot integer not null,
    alphabet text not null,
    locking_shift integer not null,
    single_shift integer not null,
    state text not null,
    reason_code text,
    reason_text text,
    attempt integer not null,
    next_attempt_at integer,
    next_attempt_boot integer,
    seq integer not null,
    final integer not null,
    final_at integer,
    sent_at integer,
    sent_boot integer,
    reply_topic text,
    reply_correlation blob
);
create index messages_of_order on messages (order_id);
create index messages_to_recipient on messages (recipient, nr);
create index messages_open on messages (line, urgent desc, nr) where final = 0;
create index messages_finished on messages (final_at) where final = 1;

create table parts (
    message_id text not null references messages (id) on delete cascade,
    seq integer not null,
    text text not null,
    header_hex text not null,
    state text not null,
    reason_code text,
    reason_text text,
    reference integer,
    submitted_at integer,
    submitted_boot integer,
    primary key (message_id, seq)
);
create index parts_by_reference on parts (reference, submitted_at);
create index parts_in_hand on parts (state) where state in ('claimed', 'submitting');

create table timeline (
    nr integer primary key autoincrement,
    message_id text not null references messages (id) on delete cascade,
    at integer not null,
    state text not null,
    part integer,
    reason_code text,
    reason_text text
);
create index timeline_of_message on timeline (message_id, nr);

-- The last concatenation reference used with a recipient.
create table concat_references (
    recipient text primary key,
    value integer not null
);

create table raw_texts (
    id integer primary key autoincrement,
    line text not null,
    sim_index integer,
    on_sim integer not null,
    digest text not null,
    form text not null,
    content text not null,
    received_at integer not null,
    found_at_first_start integer not null,
    state text not null
);
create unique index raw_texts_on_sim on raw_texts (line, sim_index, digest) where on_sim = 1;
create index raw_texts_new on raw_texts (id) where state = 'new';
create index raw_texts_received on raw_texts (received_at);

-- announced counts how often the text was announced; 0 while parts are awaited.
create table texts (
    nr integer primary key autoincrement,
    id text not null unique,
    line text not null,
    sender text not null,
    sender_type text not null,
    encoding text not null,
    body text not null,
    data_hex text not null,
    sent_at integer,
    received_at integer not null,
    flash integer not null,
    concat_reference integer,
    parts integer not null,
    complete integer not null,
    unreadable_code text,
    unreadable_text text,
    announced integer not null,
    found_at_first_start integer not null
);
create index texts_received on texts (received_at);
create index texts_from_sender on texts (sender, nr);
create index texts_joining on texts (line, sender, concat_reference, parts) where concat_reference is not null;
create index texts_awaiting_parts on texts (received_at) where announced = 0;

create table text_parts (
    raw_id integer primary key references raw_texts (id),
    text_id text not null references texts (id) on delete cascade,
    seq integer not null,
    encoding text not null,
    text text not null,
    data_hex text not null,
    sent_at integer,
    received_at integer not null,
    flash integer not null,
    found_at_first_start integer not null,
    unique (text_id, seq)
);

create table announcements (
    id integer primary key autoincrement,
    kind text not null,
    payload text,
    message_id text,
    text_id text references texts (id),
    again integer not null,
    reply_topic text,
    reply_correlation blob
);
create index announcements_of_message on announcements (message_id);
create index announcements_of_text on announcements (text_id);

-- Totals since the store was made; pruning leaves them alone.
create table counters (
    line text not null,
    name text not null,
    value integer not null,
    primary key (line, name)
);

create table connections (
    nr integer primary key autoincrement
);

create table receipts (
    packet_id integer primary key,
    connection integer not null,
    digest text not null
);

-- The empty name stands for all gateways, or all lines.
create table pauses (
    gateway text primary key,
    paused integer not null,
    until integer,
    until_boot integer not null
);

create table sending (
    line text primary key,
    enabled integer not null
);

create table memory (
    scope text not null,
    key text not null,
    value text not null,
    primary key (scope, key)
);
