-- The part of the target that an environment was brought to, such as a namespace of a cluster.
ALTER TABLE environment_place ADD COLUMN part TEXT NOT NULL DEFAULT '';
