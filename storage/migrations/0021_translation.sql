-- Machine translations of titles and abstracts, with their provenance. Append-only.
CREATE TABLE translation (
    seq BIGINT NOT NULL,
    arxiv_id VARCHAR NOT NULL,
    field VARCHAR NOT NULL,            -- title or abstract
    language VARCHAR NOT NULL,
    source_hash VARCHAR NOT NULL,      -- sha256 of the text that was translated
    content VARCHAR NOT NULL,
    model VARCHAR NOT NULL,
    host VARCHAR NOT NULL,             -- of the endpoint
    prompt_hash VARCHAR NOT NULL,      -- sha256 of the instruction
    translated_at TIMESTAMP NOT NULL,
    run_id VARCHAR
);

-- Answers that were refused, so that the same text is not sent again and again.
CREATE TABLE translation_refusal (
    seq BIGINT NOT NULL,
    arxiv_id VARCHAR NOT NULL,
    language VARCHAR NOT NULL,
    source_hash VARCHAR NOT NULL,      -- sha256 of title and abstract
    model VARCHAR NOT NULL,
    cause VARCHAR NOT NULL,
    refused_at TIMESTAMP NOT NULL,
    run_id VARCHAR
);

CREATE VIEW translations AS
SELECT arxiv_id, field, language, content, model, host, prompt_hash, translated_at, source_hash
FROM translation
QUALIFY row_number() OVER (PARTITION BY arxiv_id, field, language ORDER BY seq DESC) = 1;
