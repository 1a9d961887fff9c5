-- The target that an environment's releases were brought to, whatever the server's file says later.
CREATE TABLE environment_place (
  environment TEXT PRIMARY KEY,
  target TEXT NOT NULL
);
