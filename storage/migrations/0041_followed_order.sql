-- The order of likely papers after decisions that the model has not learned from. Derived: cleared
-- and written whole, and without rows the order is that of the predictions.
CREATE TABLE followed (
    arxiv_id VARCHAR NOT NULL,
    score DOUBLE NOT NULL
);

CREATE TABLE following (
    model_id VARCHAR NOT NULL,
    decisions BIGINT NOT NULL,
    followed_at TIMESTAMP NOT NULL,
    least_in_scope DOUBLE NOT NULL
);
