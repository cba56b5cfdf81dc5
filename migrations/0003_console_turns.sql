-- In which order a command line printed to its two streams: bytes of the one and of the other in turns, standard output first.
ALTER TABLE console ADD COLUMN turns TEXT NOT NULL DEFAULT '';
