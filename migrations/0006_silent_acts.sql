-- Acts that only look (kubectl top, kubectl exec): no entry of the journal carries them.
ALTER TABLE acts ADD COLUMN silent BIGINT NOT NULL DEFAULT 0;
