-- What a WebSub hub was told of feeds, append-only.
CREATE TABLE hub_ping (
    hub VARCHAR NOT NULL,              -- its address
    topic VARCHAR NOT NULL,            -- address of the feed
    digest VARCHAR NOT NULL,           -- sha256 of the feed's content
    happened_at TIMESTAMP NOT NULL,
    fault VARCHAR                      -- why the hub may not know it; null: it does
);

CREATE VIEW hub_pings AS
SELECT hub, topic, digest, happened_at, fault FROM hub_ping;
