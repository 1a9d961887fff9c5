package io.windlass.engine.release;

import java.util.Optional;

/**
 * A secret that a release needs, pinned to a version: a later value never changes a release that
 * exists. Holds no value.
 *
 * @param name the variable's name, {@code DATABASE_URL}
 * @param environment the environment it belongs to, or empty for one of the whole repository
 * @param version as counted by the secret store, from 1
 */
public record SecretRef(String name, Optional<String> environment, long version) {}
